/// One kind of what belongs to a file beside its bytes.
enum AttributeKind: Hashable, CaseIterable {
  case mode
  case owner
  case extended
  case flags
  case modification
}

extension FileAttributes {
  /// Which kinds differ, in order.
  func differences(from other: FileAttributes) -> [AttributeKind] {
    var kinds: [AttributeKind] = []
    if mode != other.mode { kinds.append(.mode) }
    if user != other.user || group != other.group { kinds.append(.owner) }
    if extended != other.extended { kinds.append(.extended) }
    if flags != other.flags { kinds.append(.flags) }
    return kinds
  }
}
