import UprevReport

/// What a plan says of documents, found by target and path: 56 bytes a document and 4 to 12 more, no names.
///
/// A path is known by 128 bits of its SHA-256, a change by the whole SHA-256 of both of its texts' digests: what is let through is
/// what was planned, however the documents are chosen.
struct PlanIndex: Sendable {
  /// A document, by its place among those of the plan.
  typealias Number = UInt32

  private struct Key: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private struct Entry {
    var key: Key
    var change: (UInt64, UInt64, UInt64, UInt64)
    /// The first bytes of the old text's digest, to tell which of the two differs.
    var before: UInt64
  }

  /// How a change compares with a planned one.
  enum Agreement: Hashable {
    case same
    /// The document's text is another one.
    case otherSource
    /// The same text came to another result.
    case otherResult
  }

  private static let none = Number.max
  /// Documents beyond this are more than a number can count.
  static let maximumCount = Int(Number.max) - 1
  /// Documents for which room is made before they are known to be there.
  private static let maximumReserved = 1 << 22

  private var entries: [Entry] = []
  /// Hashed by key, with linear probing; each is the first document of its path, or `none`.
  private var slots: [Number] = []
  /// The next document of the same path, or `none`; empty where every path has one.
  private var following: [Number] = []

  /// - Parameter capacity: documents that there will be at most, so that nothing is moved; more are taken all the same.
  init(capacity: Int = 0) {
    entries.reserveCapacity(max(0, min(capacity, Self.maximumReserved)))
  }

  var count: Int { entries.count }

  /// Adds a document; ``finish()`` comes after the last.
  mutating func append(_ path: PathName, target: Int, sha256Before: [UInt8], sha256After: [UInt8]) {
    entries.append(
      Entry(
        key: Self.key(path, target: target), change: Self.change(sha256Before, sha256After),
        before: Self.word(sha256Before, 0)))
  }

  /// Makes what was added findable.
  mutating func finish() {
    var size = 16
    while size < 2 * entries.count { size *= 2 }
    slots = Array(repeating: Self.none, count: size)
    // From the last to the first, so that a path's first document is found, and leads to the others in order.
    for number in entries.indices.reversed() {
      let slot = slot(of: entries[number].key)
      if slots[slot] != Self.none {
        if following.isEmpty { following = Array(repeating: Self.none, count: entries.count) }
        following[number] = slots[slot]
      }
      slots[slot] = Number(truncatingIfNeeded: number)
    }
  }

  /// The first planned document of a path; nil where there is none.
  func first(_ path: PathName, target: Int) -> Number? { first(Self.key(path, target: target)) }

  /// The first planned document that has the path of this one.
  func first(like number: Number) -> Number? {
    entries.indices.contains(Int(number)) ? first(entries[Int(number)].key) : nil
  }

  /// The next planned document of the same path, in the order of the plan.
  func next(_ number: Number) -> Number? {
    guard following.indices.contains(Int(number)), following[Int(number)] != Self.none else { return nil }
    return following[Int(number)]
  }

  /// Whether a planned document has this path.
  func has(_ number: Number, _ path: PathName, target: Int) -> Bool {
    entries.indices.contains(Int(number)) && entries[Int(number)].key == Self.key(path, target: target)
  }

  /// Compares a change with a planned one.
  func compare(_ number: Number, sha256Before: [UInt8], sha256After: [UInt8]) -> Agreement {
    guard entries.indices.contains(Int(number)) else { return .otherSource }
    let entry = entries[Int(number)]
    if entry.change == Self.change(sha256Before, sha256After) { return .same }
    return entry.before == Self.word(sha256Before, 0) ? .otherResult : .otherSource
  }

  private func first(_ key: Key) -> Number? {
    guard !slots.isEmpty else { return nil }
    let number = slots[slot(of: key)]
    return number == Self.none ? nil : number
  }

  /// The slot of a key, or the free one where it belongs. There are free ones: half of all, at least.
  private func slot(of key: Key) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.high) & mask
    while slots[slot] != Self.none, entries[Int(slots[slot])].key != key { slot = (slot + 1) & mask }
    return slot
  }

  private static func key(_ path: PathName, target: Int) -> Key {
    var sha256 = SHA256()
    withUnsafeBytes(of: UInt64(truncatingIfNeeded: target).littleEndian) { sha256.update($0) }
    sha256.update(path.bytes)
    let hash = sha256.finish()
    return Key(high: word(hash, 0), low: word(hash, 1))
  }

  private static func change(_ before: [UInt8], _ after: [UInt8]) -> (UInt64, UInt64, UInt64, UInt64) {
    var sha256 = SHA256()
    sha256.update(before)
    sha256.update(after)
    let hash = sha256.finish()
    return (word(hash, 0), word(hash, 1), word(hash, 2), word(hash, 3))
  }

  /// Eight bytes of a hash; zero where it has not so many.
  private static func word(_ hash: [UInt8], _ position: Int) -> UInt64 {
    guard hash.count >= 8 * (position + 1) else { return 0 }
    return hash.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * position, as: UInt64.self) }
  }
}
