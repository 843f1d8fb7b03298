/// An open descriptor that closes itself when the last reference goes.
///
/// The descriptor is valid for as long as the handle lives.
public final class OpenFile: Sendable {
  /// The descriptor's number, for system calls made by ``FileSystem`` and for libraries that read from a descriptor.
  public let descriptor: Int32
  private let closing: @Sendable (Int32) -> Void

  public init(descriptor: Int32, closing: @escaping @Sendable (Int32) -> Void) {
    self.descriptor = descriptor
    self.closing = closing
  }

  deinit { closing(descriptor) }
}
