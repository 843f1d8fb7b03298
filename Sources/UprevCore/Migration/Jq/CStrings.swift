/// Strings for calls of C that last no longer than those.
enum CStrings {
  /// - Parameter bytes: without a zero; what follows one would not be seen.
  static func with<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map(body) ?? withUnsafePointer(to: 0, body)
      }
    }
  }

  /// An array that ends with a null pointer, as `argv` does.
  static func with<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var storage: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
      offsets.append(storage.count)
      storage += string.utf8.map { CChar(bitPattern: $0) }
      storage.append(0)
    }
    return storage.withUnsafeMutableBufferPointer { buffer in
      var pointers: [UnsafeMutablePointer<CChar>?] = offsets.map { offset in buffer.baseAddress.map { $0 + offset } }
      pointers.append(nil)
      return pointers.withUnsafeBufferPointer { pointers in
        pointers.baseAddress.map(body) ?? withUnsafePointer(to: nil, body)
      }
    }
  }
}
