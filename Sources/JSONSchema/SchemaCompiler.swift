import LosslessJSON

/// Makes a ``Schema`` of a JSON document and those that it refers to, or says what is wrong with them.
public struct SchemaCompiler: Sendable {
  /// What is made of a keyword that the schema's dialect does not have.
  public enum UnknownKeywords: Hashable, Sendable {
    /// An error, as it is probably misspelt and would judge nothing; names that begin with `x-` are let pass.
    case reject
    /// Nothing, as the specification says (core, 6.5).
    case ignore
  }

  /// What the specification leaves open, and what is bounded.
  public struct Options: Sendable {
    public var unknownKeywords: UnknownKeywords
    /// Whether `format` judges; otherwise it is an annotation.
    public var assertsFormats: Bool
    /// The draft of a schema without `$schema`.
    public var draft: SchemaDraft
    /// Documents that a schema may refer to, and bytes of all of them together.
    public var maximumDocuments = 256
    public var maximumSize = 16 << 20
    /// Levels that one of them may have.
    public var maximumDepth = 1000

    public init(
      unknownKeywords: UnknownKeywords = .reject, assertsFormats: Bool = false, draft: SchemaDraft = .draft2020
    ) {
      self.unknownKeywords = unknownKeywords
      self.assertsFormats = assertsFormats
      self.draft = draft
    }
  }

  /// The dialect that is taken for granted where nothing else is said.
  public static let dialect = SchemaDraft.draft2020.uri

  /// Significant digits that the value of `multipleOf` may have: what remains after division by more would cost too much.
  public static let mostDigits = 400

  /// As given.
  public let options: Options

  /// Without options: draft 2020-12, unknown keywords rejected, `format` an annotation.
  public init(options: Options = Options()) {
    self.options = options
  }

  /// - Parameters:
  ///   - document: the schema.
  ///   - uri: where it was had from; relative references are resolved against it, or against `$id`.
  ///   - resolver: has the documents that the schema refers to; without one it may refer to itself and to the drafts'
  ///     meta-schemas only.
  /// - Throws: ``SchemaErrors`` with everything that is wrong.
  public func compile(
    _ document: IndexedJSON, at uri: String = "", resolver: (any SchemaResolver)? = nil
  ) throws(SchemaErrors) -> Schema {
    var program = SchemaProgram(options: options, resolver: resolver)
    program.read(document, at: uri)
    var emission = SchemaEmission()
    emission.emit(&program)
    guard program.errors.isEmpty, let constants = emission.constants(&program) else {
      throw SchemaErrors(errors: program.sortedErrors)
    }
    return Schema(CompiledSchema(emission, program, constants: constants))
  }
}
