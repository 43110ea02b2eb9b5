/// A book that is about to be published.
struct Draft: Sendable, Hashable {
  /// As it will stand on the cover.
  var title: String
  /// The year of the first edition.
  var year: Int
  /// The name of the author, who may be new to the shop.
  var author: String
  /// Where the author lives, for an author who is new to the shop.
  var country: String
  /// What the book is about: the names of tags, which may be new to the shop.
  var tags: [String] = []
}
