import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("The compact form of a file's attributes")
struct SideCodingTests {
  private static func attributes(_ generator: inout SeededGenerator) -> FileAttributes {
    func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
      switch UInt8.random(in: 0...3, using: &generator) {
      case 0: range.lowerBound
      case 1: range.upperBound
      default: Number.random(in: range, using: &generator)
      }
    }
    let extended = (0..<Int.random(in: 0...3, using: &generator)).map { index in
      ExtendedAttribute(
        name: [UInt8(index)] + (0..<Int.random(in: 0...200, using: &generator)).map { _ in number(0...255) },
        value: (0..<Int.random(in: 0...300, using: &generator)).map { _ in number(0...255) })
    }
    return FileAttributes(
      mode: number(0...UInt32.max), user: number(0...UInt32.max), group: number(0...UInt32.max), extended: extended,
      flags: Bool.random(using: &generator) ? nil : number(0...UInt32.max))
  }

  private static func side(_ generator: inout SeededGenerator, _ attributes: FileAttributes) -> JournalChange.Side {
    func any() -> UInt64 {
      UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...63, using: &generator)
    }
    return JournalChange.Side(
      file: FileIdentity(device: any(), inode: any()), sha256: [1], size: 2, attributes: attributes,
      modification: FileTime(seconds: Int64(bitPattern: any()), nanoseconds: -Int64(any() >> 1)))
  }

  @Test(
    "Comes back as it was, and no part of it, and nothing longer, is taken for a whole",
    arguments: 0..<60 as Range<UInt64>)
  func roundTrip(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let attributes = Self.attributes(&generator)
    let before = Self.side(&generator, attributes)
    let isSame = Bool.random(using: &generator)
    let after = Self.side(&generator, isSame ? attributes : Self.attributes(&generator))
    for (side, other) in [(before, nil), (after, attributes)] as [(JournalChange.Side, FileAttributes?)] {
      let bytes = SideCoding.encode(side, besides: other)
      if isSame, other != nil { #expect(bytes.count <= 41) }
      #expect(SideCoding.decode(bytes, size: 2, sha256: [1], besides: other) == side, "seed \(seed)")
      for count in bytes.indices {
        #expect(SideCoding.decode(Array(bytes[..<count]), size: 2, sha256: [1], besides: other) == nil, "seed \(seed)")
      }
      #expect(SideCoding.decode(bytes + [0], size: 2, sha256: [1], besides: other) == nil, "seed \(seed)")
    }
  }

  @Test("No bytes make it stop the program", arguments: 0..<200 as Range<UInt64>)
  func anyBytes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bytes = SideCoding.encode(Self.side(&generator, Self.attributes(&generator)))
    for _ in 0..<100 {
      let index = Int.random(in: bytes.indices, using: &generator)
      bytes[index] =
        [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(
          using: &generator) ?? 0
      if let side = SideCoding.decode(bytes, size: 0, sha256: []) {
        #expect(SideCoding.decode(SideCoding.encode(side), size: 0, sha256: []) == side, "seed \(seed)")
      }
    }
  }
}
