#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Negative, zero or positive: byte order, a prefix first (`memcmp(3)`).
func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let count = min(left.count, right.count)
  if count > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
    let order = memcmp(leftBase, rightBase, count)
    if order != 0 { return Int(order) }
  }
  return left.count - right.count
}
