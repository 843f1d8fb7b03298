import UprevReport

/// libarchive's callbacks, as C function pointers: its headers name function types, which Swift takes for its own.
typealias ReadCallback =
  @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int
typealias SkipCallback = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int64) -> Int64
typealias SeekCallback = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int64, Int32) -> Int64
typealias WriteCallback = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int

extension PathName {
  /// The bytes before the terminating zero.
  init(cString: UnsafePointer<CChar>) {
    var count = 0
    while cString[count] != 0 { count += 1 }
    self.init(UnsafeRawBufferPointer(start: cString, count: count))
  }
}
