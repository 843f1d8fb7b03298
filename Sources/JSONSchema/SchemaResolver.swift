/// Has the documents that schemas refer to. The meta-schemas of the drafts need no resolver.
public protocol SchemaResolver {
  /// The bytes of a document. In one compilation it is asked once for each, and again for those that could not be had.
  ///
  /// - Parameter uri: absolute where the schema's own is, without a fragment.
  /// - Returns: nil for a document that is not known.
  /// - Throws: ``SchemaResolutionError`` where it is known, but cannot be had.
  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]?
}

/// Why a document that a schema refers to cannot be had.
public struct SchemaResolutionError: Error, Hashable, Sendable {
  /// The end of a sentence, such as "it is no regular file".
  public var message: String

  /// - Parameter message: the end of a sentence, without a full stop.
  public init(message: String) {
    self.message = message
  }
}
