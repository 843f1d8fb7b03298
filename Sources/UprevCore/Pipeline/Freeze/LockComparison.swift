import LosslessJSON
import UprevReport

/// A pipeline held against its lock.
struct LockComparison: Sendable {
  /// What was frozen and means something else now.
  struct Change: Sendable {
    var then: FrozenItem
    var now: PipelineContent.Entry
  }

  var changed: [Change] = []
  /// What was frozen and is not there any more.
  var missing: [FrozenItem] = []
  /// What was frozen and is not JSON any more.
  private(set) var unreadable: [(item: FrozenItem, file: PathName)] = []
  /// What is not frozen yet.
  private(set) var new: [PipelineContent.Entry] = []
  private(set) var unchangedCount = 0

  init(_ content: PipelineContent, with lock: LockFile) {
    var frozen = Dictionary(lock.items.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in content.entries {
      guard let then = frozen.removeValue(forKey: entry.item.subject) else {
        new.append(entry)
        continue
      }
      if then.digest == entry.item.digest {
        unchangedCount += 1
      } else {
        changed.append(Change(then: then, now: entry))
      }
    }
    for item in lock.items where frozen[item.subject] != nil {
      if let file = content.unreadable[item.subject] {
        unreadable.append((item, file))
      } else {
        missing.append(item)
      }
    }
  }
}

/// Where an item is not what it was.
struct PartDifference: Hashable, Sendable {
  var pointer: String
  /// The canonical form, or a digest of it; nil where there was nothing of that size.
  var then: String?
  var now: String?

  /// In the order of the item as it was, then what is new. Of a part inside another that is told, nothing.
  static func all(then: FrozenItem, now: FrozenItem) -> [PartDifference] {
    let old = Dictionary(then.parts.map { ($0.pointer, $0.text) }, uniquingKeysWith: { first, _ in first })
    let new = Dictionary(now.parts.map { ($0.pointer, $0.text) }, uniquingKeysWith: { first, _ in first })
    var differences: [PartDifference] = []
    for part in then.parts where new[part.pointer] != part.text {
      differences += inside(PartDifference(pointer: part.pointer, then: part.text, now: new[part.pointer]))
    }
    for part in now.parts where old[part.pointer] == nil {
      differences.append(PartDifference(pointer: part.pointer, then: nil, now: part.text))
    }
    let pointers = Set(differences.map(\.pointer))
    return differences.filter { !isInside($0.pointer, pointers) }
  }

  /// A difference of two texts that are both there, taken as deep as they differ by value. In what is written they may not.
  private static func inside(_ difference: PartDifference) -> [PartDifference] {
    let options = JSONReadingOptions(allowsNonFinite: true)
    guard let then = difference.then, let now = difference.now,
      let one = try? IndexedJSON(scanning: JSONText(then), options: options),
      let other = try? IndexedJSON(scanning: JSONText(now), options: options)
    else { return [difference] }
    let parts = JSONDifference.all(one.text, other.text, options).map { part in
      PartDifference(
        pointer: difference.pointer + part.pointer.description, then: one.value(at: part.pointer)?.text,
        now: other.value(at: part.pointer)?.text)
    }
    return parts.isEmpty ? [difference] : parts
  }

  private static func isInside(_ pointer: String, _ others: Set<String>) -> Bool {
    var rest = Substring(pointer)
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      if others.contains(String(rest)) { return true }
    }
    return false
  }
}

extension JSONValue {
  fileprivate var text: String { String(decoding: literal, as: UTF8.self) }
}
