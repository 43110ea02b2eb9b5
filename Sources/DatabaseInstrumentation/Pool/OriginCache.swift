/// Who took connections lately, each kept once: a loop that takes one a thousand times keeps its line once.
///
/// Bounded; where two share a place the later one stays, and the other is made again.
struct OriginCache: Sendable {
  private var origins = ContiguousArray<CheckoutOrigin?>(repeating: nil, count: 64)

  mutating func origin(of site: CheckoutSite, stack: UInt32) -> CheckoutOrigin {
    let key = site.filePath.identity ^ (site.line &* 31 &+ site.column) ^ (UInt(stack) &* 17)
    let index = Int(truncatingIfNeeded: key ^ key >> 6) & 63
    if let known = origins[index], case .site(let other, stack) = known, other.isSame(as: site) { return known }
    let origin = CheckoutOrigin.site(site, stack: stack)
    origins[index] = origin
    return origin
  }

  mutating func origin(of stack: StackTrace, poolFile: StaticString?, otherwise site: CheckoutSite?) -> CheckoutOrigin {
    let index = stack.words.hashValue & 63
    if let known = origins[index], case .stack(let other, let file, let otherSite) = known, other == stack,
      file?.identity == poolFile?.identity, otherSite?.line == site?.line, otherSite?.column == site?.column
    {
      return known
    }
    let origin = CheckoutOrigin.stack(stack, poolFile: poolFile, otherwise: site)
    origins[index] = origin
    return origin
  }

  mutating func shared(_ origin: CheckoutOrigin) -> CheckoutOrigin {
    switch origin {
    case .site(let site, let stack): self.origin(of: site, stack: stack)
    case .stack(let stack, let file, let site): self.origin(of: stack, poolFile: file, otherwise: site)
    }
  }
}

extension CheckoutSite {
  /// Whether both are the same argument list of one call.
  fileprivate func isSame(as other: CheckoutSite) -> Bool {
    line == other.line && column == other.column && filePath.identity == other.filePath.identity
      && fileID.identity == other.fileID.identity && function.identity == other.function.identity
  }
}

extension StaticString {
  /// Equal for one literal; a literal of a single character may have no address.
  @inline(__always)
  fileprivate var identity: UInt {
    hasPointerRepresentation ? UInt(bitPattern: utf8Start) : UInt(unicodeScalar.value)
  }
}
