@_exported public import DatabaseCallSites
@_exported public import DatabaseSQL
