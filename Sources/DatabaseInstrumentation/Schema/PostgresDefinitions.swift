/// What asks PostgreSQL for its definitions: each row is one statement, its only column is text.
package enum PostgresDefinitions {
  private static let isOfUser = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"

  /// Tables, with columns, primary keys, unique and foreign keys; and triggers. It waits for nobody's locks.
  package static let tables = """
    SELECT 'CREATE TABLE ' || c.oid::regclass::text || ' (' || concat_ws(', ',
      (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
       FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f'))) || ')' AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') AND \(isOfUser)
    UNION ALL
    SELECT 'CREATE TRIGGER ' || quote_ident(t.tgname) || ' AFTER UPDATE ON ' || c.oid::regclass::text
      || ' EXECUTE FUNCTION f()'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND \(isOfUser)
    """

  /// Views, with what they read. It waits where somebody changes one of their tables.
  package static let views = """
    SELECT 'CREATE VIEW ' || c.oid::regclass::text || ' AS ' || pg_get_viewdef(c.oid) AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND \(isOfUser)
    """
}
