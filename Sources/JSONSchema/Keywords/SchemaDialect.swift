/// The rules that a schema is read by: a draft, and of draft 2020-12 the vocabularies that its meta-schema names.
struct SchemaDialect: Hashable, Sendable {
  var draft: SchemaDraft
  var vocabularies: Set<SchemaVocabulary>
  /// Whether `format` judges, whatever the compiler's option.
  var assertsFormats: Bool

  init(_ draft: SchemaDraft) {
    self.draft = draft
    vocabularies = Set(SchemaVocabulary.allCases)
    assertsFormats = false
  }

  /// By name of the keyword.
  func shape(of name: String) -> (keyword: SchemaKeyword, shape: KeywordShape)? {
    guard let row = draft.rows[name], vocabularies.contains(row.vocabulary) else { return nil }
    return (row.keyword, row.shape)
  }
}

/// The drafts of JSON Schema that can be compiled.
public enum SchemaDraft: CaseIterable, Hashable, Sendable {
  case draft7
  case draft2020

  /// What names the draft in `$schema`.
  public var uri: String {
    switch self {
    case .draft7: "http://json-schema.org/draft-07/schema#"
    case .draft2020: "https://json-schema.org/draft/2020-12/schema"
    }
  }

  /// - Parameter uri: a value of `$schema`; an empty fragment makes no difference, nor does `https`.
  init?(uri: String) {
    var name = uri.hasSuffix("#") ? String(uri.dropLast()) : uri
    if name.hasPrefix("http://") { name = "https://" + name.dropFirst("http://".count) }
    switch name {
    case "https://json-schema.org/draft-07/schema": self = .draft7
    case "https://json-schema.org/draft/2020-12/schema": self = .draft2020
    default: return nil
    }
  }

  var rows: [String: KeywordTable.Row] {
    switch self {
    case .draft7: SchemaDraft.rowsOfDraft7
    case .draft2020: SchemaDraft.rowsOfDraft2020
    }
  }

  private static let rowsOfDraft7 = byName(KeywordTable.draft7)
  private static let rowsOfDraft2020 = byName(KeywordTable.draft2020)

  private static func byName(_ rows: [KeywordTable.Row]) -> [String: KeywordTable.Row] {
    Dictionary(rows.map { ($0.keyword.rawValue, $0) }) { first, _ in first }
  }
}
