import LosslessJSON

/// Gets the documents that schemas refer to, and finds out what `$schema` means.
struct SchemaLoader {
  /// Meta-schemas that may be written in one another's dialect.
  private static let longestChain = 8

  private let options: SchemaCompiler.Options
  private let resolver: (any SchemaResolver)?
  private var documentsLeft: Int
  private var bytesLeft: Int
  private var dialects: [String: SchemaDialect?] = [:]
  private var texts: [String: [UInt8]?] = [:]

  init(options: SchemaCompiler.Options, resolver: (any SchemaResolver)?) {
    self.options = options
    self.resolver = resolver
    documentsLeft = options.maximumDocuments
    bytesLeft = options.maximumSize
  }

  /// A document, or what stands for one that is no JSON and the reason.
  struct Loaded {
    var document: IndexedJSON
    var error: SchemaError?
  }

  /// - Returns: nil for a document that nobody knows.
  mutating func load(_ uri: String) throws(SchemaError.ReferenceProblem) -> Loaded? {
    guard let bytes = try bytes(of: uri) else { return nil }
    let options = JSONReadingOptions(maximumDepth: self.options.maximumDepth)
    do {
      return Loaded(document: try IndexedJSON(scanning: JSONText(bytes), options: options), error: nil)
    } catch {
      guard let nothing = try? IndexedJSON(scanning: JSONText("true")) else { return nil }
      return Loaded(
        document: nothing,
        error: SchemaError(
          reason: .notJSON(error), document: uri, pointer: error.pointer ?? .root, line: error.line,
          column: error.column))
    }
  }

  private mutating func bytes(of uri: String) throws(SchemaError.ReferenceProblem) -> [UInt8]? {
    if let text = MetaSchemas.texts[uri] { return Array(text.utf8) }
    if let known = texts[uri] { return known }
    guard let resolver else { return nil }
    guard documentsLeft > 0 else { throw .unreadable("there are more than \(options.maximumDocuments) documents") }
    documentsLeft -= 1
    let bytes: [UInt8]?
    do {
      bytes = try resolver.document(at: uri)
    } catch {
      throw .unreadable(error.message)
    }
    texts[uri] = .some(bytes)
    guard let bytes else { return nil }
    guard bytes.count <= bytesLeft else {
      throw .unreadable("the documents have more than \(options.maximumSize) bytes together")
    }
    bytesLeft -= bytes.count
    return bytes
  }

  /// What a value of `$schema` means; nil where that is not known.
  mutating func dialect(_ uri: String) -> SchemaDialect? {
    if let draft = SchemaDraft(uri: uri) { return SchemaDialect(draft) }
    if let known = dialects[uri] { return known }
    let dialect = otherDialect(uri)
    dialects[uri] = .some(dialect)
    return dialect
  }

  /// That of a meta-schema of somebody's own: the draft that it is written in, with the vocabularies that it names.
  private mutating func otherDialect(_ uri: String) -> SchemaDialect? {
    var uri = uri
    var vocabularies: JSONValue?
    for _ in 0..<SchemaLoader.longestChain {
      guard let name = URIReference(uri)?.withoutFragment.string, let loaded = try? load(name), loaded.error == nil,
        let next = loaded.document.root[member: SchemaKeyword.schema.rawValue]?.string
      else { return nil }
      if vocabularies == nil { vocabularies = loaded.document.root[member: SchemaKeyword.vocabulary.rawValue] }
      if let draft = SchemaDraft(uri: next) {
        guard draft == .draft2020, let vocabularies else { return SchemaDialect(draft) }
        return SchemaLoader.dialect(of: vocabularies)
      }
      uri = next
    }
    return nil
  }

  /// - Parameter vocabularies: the value of `$vocabulary` (core, 8.1.2).
  private static func dialect(of vocabularies: JSONValue) -> SchemaDialect? {
    var dialect = SchemaDialect(.draft2020)
    dialect.vocabularies = [.core, .legacy]
    for (name, isRequired) in vocabularies.members {
      if name.equals(SchemaVocabulary.formatAssertion) {
        dialect.vocabularies.insert(.format)
        dialect.assertsFormats = true
      } else if let known = SchemaVocabulary.allCases.first(where: { $0.uri.map(name.equals) ?? false }) {
        dialect.vocabularies.insert(known)
      } else if isRequired.bool != false {
        return nil
      }
    }
    return dialect
  }
}
