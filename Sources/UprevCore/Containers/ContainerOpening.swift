import UprevReport

/// What a container needs to know to be read.
public struct ContainerReadOptions: Sendable {
  /// Which format claims a path, and what is excluded.
  public var claims: Claims
  /// Bytes; a larger document is `too-large` and is not read.
  public var maximumDocumentSize: Int
  /// Whether the reader must also yield what is no document, for a writer that makes a whole new container.
  public var yieldsPassthrough: Bool

  public init(claims: Claims, maximumDocumentSize: Int, yieldsPassthrough: Bool) {
    self.claims = claims
    self.maximumDocumentSize = maximumDocumentSize
    self.yieldsPassthrough = yieldsPassthrough
  }
}
