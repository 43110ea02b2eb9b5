/// What GRDB 7.10 writes, normalised, and the fingerprints of it: frozen, since both stand in files of users.
public enum GeneratedSQL {
  /// The tables that the statements are about.
  public static let schema = """
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, countryCode TEXT);
    CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id), title TEXT, price INTEGER, cost INTEGER,
      note TEXT);
    """

  /// The fingerprint in 16 digits, and the text.
  public static let statements: [(fingerprint: String, sql: String)] = [
    (
      "cdee3148fd7c55cb",
      #"CREATE TABLE "draft"("id" INTEGER PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL DEFAULT ? COLLATE NOCASE, "price" INTEGER CHECK ("price" > "cost"), "cost" INTEGER, "total" INTEGER GENERATED ALWAYS AS ("price" + "cost") VIRTUAL, "authorId" INTEGER REFERENCES "author"("id") ON DELETE CASCADE, UNIQUE ("title", "price"), CHECK ("price" >= "cost"))"#
    ),
    ("72b75523a5ce06a9", #"CREATE INDEX "draft_on_authorId" ON "draft"("authorId")"#),
    ("b8fbede336fd0db9", #"CREATE INDEX "draftOnTitle" ON "draft"("title", "price")"#),
    ("24cbede88be883f3", #"CREATE INDEX "draftOnPrice" ON "draft"("price") WHERE "price" > "cost""#),
    ("64d633b5137586d1", #"CREATE VIRTUAL TABLE "page" USING fts5(title, tokenize = ?)"#),
    ("fa0d50763f748875", #"ALTER TABLE "draft" ADD COLUMN "more" TEXT DEFAULT ?"#),
    ("e8e90b46a3ff441c", #"INSERT INTO "author"("id", "name", "countryCode") VALUES (?, ?, ?)"#),
    ("fdd8d5695e70f8ad", #"UPDATE "author" SET "name" = ?, "countryCode" = ? WHERE "id" = ?"#),
    (
      "8a2c32b19010f7f0",
      #"INSERT INTO "author"("id", "name", "countryCode") VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "name" = "excluded"."name", "countryCode" = "excluded"."countryCode" RETURNING "rowid""#
    ),
    (
      "1066acbf2f6b94da",
      #"INSERT INTO "book"("id", "authorId", "title", "price", "cost", "note") VALUES (?, ?, ?, ?, ?, ?)"#
    ),
    (
      "ae6167b69f18601f",
      #"INSERT INTO "book"("id", "authorId", "title", "price", "cost", "note") VALUES (?, ?, ?, ?, ?, ?) RETURNING *"#
    ),
    (
      "0e81e4f7c96095d5",
      #"INSERT INTO "author"("id", "name", "countryCode") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "name" = "excluded"."name", "countryCode" = "excluded"."countryCode" RETURNING *, "rowid""#
    ),
    ("01ca9d0e978f0c04", #"SELECT * FROM "book""#),
    ("383a5d6300b95031", #"SELECT * FROM "book" WHERE "id" = ?"#),
    ("86f7a0003579a402", #"SELECT * FROM "book" WHERE "id" IN (?)"#),
    ("d40fa2bb6ab68bf4", #"SELECT EXISTS (SELECT * FROM "book" WHERE "id" = ?)"#),
    ("29c8c964f8548da5", #"SELECT COUNT(*) FROM "book""#),
    ("9f8226ae29f1e8dd", #"SELECT COUNT(DISTINCT "title") FROM "book""#),
    ("9649627f2707be2e", #"SELECT "title", "note" FROM "book""#),
    ("47ec1496ab9e4ec0", #"SELECT MAX("price") FROM "book""#),
    ("7619cd71feb5a144", #"SELECT MIN("price"), SUM("cost"), AVG("price") FROM "book""#),
    ("3165a8a409be0f33", #"SELECT COUNT("note"), COUNT(DISTINCT "title") FROM "book""#),
    ("85498deabed3a965", #"SELECT TOTAL("price"), LENGTH("title") FROM "book""#),
    ("91712042dc829781", #"SELECT "price" + "cost" FROM "book""#),
    ("50f5de8befce271e", #"SELECT ("price" - "cost") * "price" FROM "book""#),
    ("83d9c24519392377", #"SELECT "title" || "note" FROM "book""#),
    ("147b86c538625965", #"SELECT IFNULL("note", "title") FROM "book""#),
    ("63e6ac36ee2f8794", #"SELECT CAST("price" AS TEXT) FROM "book""#),
    ("96ee201ca26b8040", #"SELECT ABS("price"), swiftUppercaseString("title") FROM "book""#),
    ("627049d4e4ebbb5b", #"SELECT * FROM "book" WHERE "title" = ?"#),
    ("09dae287b4ea22e7", #"SELECT * FROM "book" WHERE "title" = "note""#),
    ("ee9f5c85b03a41c4", #"SELECT * FROM "book" WHERE "title" <> "note""#),
    ("e441d8d85b8e83b0", #"SELECT * FROM "book" WHERE ("price" > "cost") AND ("cost" >= "id")"#),
    ("cc5b23bb209f2243", #"SELECT * FROM "book" WHERE ("price" < "cost") OR (NOT ("cost" <= "id"))"#),
    ("cc3b9cadd8add645", #"SELECT * FROM "book" WHERE ("title" = "note") AND ("title" LIKE ?)"#),
    ("e53f18113959d388", #"SELECT * FROM "book" WHERE "title" LIKE "note""#),
    ("6e8054a957b66e84", #"SELECT * FROM "book" WHERE "id" IN ("price", "cost")"#),
    ("1101c3d635cb88e0", #"SELECT * FROM "book" WHERE "id" BETWEEN ? AND ?"#),
    ("b738b54109bd35a2", #"SELECT * FROM "book" WHERE "title" = "note" COLLATE NOCASE"#),
    ("bbec3575e3686723", #"SELECT * FROM "book" WHERE "note" IS NULL"#),
    ("a8751a19fe43e681", #"SELECT * FROM "book" WHERE "price" = MAX("cost", "id")"#),
    ("c8ecce35ef3f8a62", #"SELECT * FROM "book" WHERE (SELECT MAX("price") FROM "book") = "price""#),
    ("4ab74ebeb31b170b", #"SELECT * FROM "book" WHERE "price" IN (SELECT "cost" FROM "book")"#),
    ("d06c4da2f55c8ec3", #"SELECT * FROM "book" ORDER BY "price" DESC, "title" ASC NULLS LAST LIMIT ? OFFSET ?"#),
    ("d531565978a1af77", #"SELECT * FROM "book" ORDER BY "price" - "cost" DESC"#),
    ("0ed3677f14e808a3", #"SELECT * FROM "book" GROUP BY "authorId" HAVING MAX("price") > MIN("cost")"#),
    ("d1b5da874a563d21", #"SELECT *, "price" - "cost" AS "margin" FROM "book""#),
    (
      "8bfd3a3e6bcca120", #"SELECT "book".*, "author".* FROM "book" JOIN "author" ON "author"."id" = "book"."authorId""#
    ),
    (
      "4fc6d3e8cbb7728d",
      #"SELECT "book".* FROM "book" JOIN "author" ON ("author"."id" = "book"."authorId") AND ("author"."name" = "author"."countryCode")"#
    ),
    ("52b910a2e78db9db", #"SELECT * FROM "author""#),
    ("64b3ac7cf3cee4b9", #"SELECT *, "authorId" AS "grdb_authorId" FROM "book" WHERE "authorId" = ?"#),
    (
      "3b26a06aa623d76d",
      #"SELECT "author".*, COUNT(DISTINCT "book"."id") AS "bookCount", MAX("book"."price") AS "maxBookPrice" FROM "author" LEFT JOIN "book" ON "book"."authorId" = "author"."id" GROUP BY "author"."id""#
    ),
    (
      "ba14ef67f6359a36",
      #"SELECT "author".* FROM "author" LEFT JOIN "book" ON "book"."authorId" = "author"."id" GROUP BY "author"."id" HAVING COUNT(DISTINCT "book"."id") = ?"#
    ),
    ("1917982132b1c744", #"SELECT * FROM "book" WHERE "authorId" = ?"#),
    ("ae5aeea605a4c9aa", #"WITH "dear"("id") AS (SELECT "id" FROM "book") SELECT * FROM "author""#),
    ("b99b7971fd1bde91", #"UPDATE "book" SET "price" = "cost", "note" = "title""#),
    ("2ef35d76e81e04c9", #"UPDATE "book" SET "price" = "price" + "cost", "cost" = MAX("price", "id")"#),
    ("4d07e7d619f0ec30", #"DELETE FROM "book" WHERE "price" < "cost""#),
    ("7e127800fcd296ad", #"SELECT COUNT(*) FROM "page" WHERE "page" MATCH ?"#),
    ("62b2965789ca4850", #"DELETE FROM "book" WHERE "id" = ?"#),
    ("f6cdf7ca6498e2e5", #"DELETE FROM "book""#),
    ("ffa48e8d4d0a9d42", #"DROP TABLE "draft""#),
  ]
}
