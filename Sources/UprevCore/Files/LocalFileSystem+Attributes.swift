import CSystem
import UprevReport

extension LocalFileSystem {
  public func extendedAttributes(of file: OpenFile) throws(FileSystemError) -> [ExtendedAttribute] {
    var attributes: [ExtendedAttribute] = []
    for name in try attributeNames(of: file) {
      // nil: removed since it was listed.
      guard let value = try attributeValue(name, of: file) else { continue }
      attributes.append(ExtendedAttribute(name: name, value: value))
    }
    return attributes
  }

  public func setExtendedAttribute(
    _ attribute: ExtendedAttribute, of file: OpenFile
  ) throws(FileSystemError) {
    let result = withCName(PathName(attribute.name)) { name in
      attribute.value.withUnsafeBytes { uprev_set_attribute(file.descriptor, name, $0.baseAddress, $0.count) }
    }
    try check("fsetxattr", result)
  }

  public func removeExtendedAttribute(_ name: [UInt8], of file: OpenFile) throws(FileSystemError) {
    try check("fremovexattr", withCName(PathName(name)) { uprev_remove_attribute(file.descriptor, $0) })
  }

  private func attributeNames(of file: OpenFile) throws(FileSystemError) -> [[UInt8]] {
    var capacity = 512
    while true {
      var found: [[UInt8]] = []
      let count = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer in
        let count = buffer.withMemoryRebound(to: CChar.self) {
          uprev_list_attributes(file.descriptor, $0.baseAddress, $0.count)
        }
        if count > 0 { found = buffer[..<min(count, capacity)].split(separator: 0).map { Array($0) } }
        return count
      }
      if count >= 0 { return found }
      let number = Int32(truncatingIfNeeded: -count)
      switch FailureKind(number) {
      case .unsupported: return []
      // Linux allows 64 KiB of names.
      case .outOfRange where capacity < 1 << 20: capacity *= 16
      default: throw FileSystemError(call: "flistxattr", path: nil, number: number)
      }
    }
  }

  private func attributeValue(_ name: [UInt8], of file: OpenFile) throws(FileSystemError) -> [UInt8]? {
    // A few times, because the value may grow between asking for its size and asking for it.
    for _ in 0..<8 {
      let size = attribute(name, of: file, into: nil)
      guard size >= 0 else { return try absent(size) }
      var value = [UInt8](repeating: 0, count: size)
      let count = size == 0 ? 0 : value.withUnsafeMutableBytes { attribute(name, of: file, into: $0) }
      if count >= 0 { return Array(value.prefix(count)) }
      if FailureKind(Int32(truncatingIfNeeded: -count)) != .outOfRange { return try absent(count) }
    }
    throw FileSystemError(call: "fgetxattr", path: nil, number: FailureKind.outOfRangeNumber)
  }

  private func attribute(_ name: [UInt8], of file: OpenFile, into buffer: UnsafeMutableRawBufferPointer?) -> Int {
    var result = 0
    let invalid = withCName(PathName(name)) {
      result = uprev_get_attribute(file.descriptor, $0, buffer?.baseAddress, buffer?.count ?? 0)
      return 0
    }
    return invalid < 0 ? Int(invalid) : result
  }

  private func absent(_ result: Int) throws(FileSystemError) -> [UInt8]? {
    let number = Int32(truncatingIfNeeded: -result)
    if FailureKind(number) == .noAttribute { return nil }
    throw FileSystemError(call: "fgetxattr", path: nil, number: number)
  }
}
