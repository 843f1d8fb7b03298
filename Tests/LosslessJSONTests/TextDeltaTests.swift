import LosslessJSON
import Testing
import UprevTestSupport

@Suite struct TextDeltaTests {
  @Test("Every pair of short texts comes back")
  func everyPairOfShortTextsComesBack() throws {
    var texts: [[UInt8]] = [[]]
    var last: [[UInt8]] = [[]]
    for _ in 0..<6 {
      last = last.flatMap { text in [0x61, 0x62].map { text + [$0] } }
      texts += last
    }
    var pairs = 0
    for new in texts {
      for old in texts {
        try expectRoundTrip(new, old)
        pairs += 1
      }
    }
    #expect(pairs == 127 * 127)
  }

  @Test("Edited texts come back", arguments: [1, 2, 3] as [UInt64])
  func editedTextsComeBack(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<400 {
      let old = randomText(&generator, count: Int.random(in: 0...5000, using: &generator))
      var new = old
      for _ in 0..<Int.random(in: 0...6, using: &generator) { edit(&new, &generator) }
      try expectRoundTrip(new, old, "seed \(seed), round \(round)")
    }
  }

  @Test("A stamp costs few bytes")
  func aStampCostsFewBytes() throws {
    let old = Array("{\"features\": {\"a\": 1.5}, \"version\": 1, \"timestamp\": 1234567890.0}\n".utf8)
    let new = Array("{\"features\": {\"a\": 1.5}, \"version\": 2, \"timestamp\": 1234567890.0}\n".utf8)
    #expect(try expectRoundTrip(new, old).count <= 12)
    let grown = Array("{\"features\": {\"a\": 1.5}, \"version\": 1, \"timestamp\": 1234567890.0, \"v\": 2}\n".utf8)
    #expect(try expectRoundTrip(grown, old).count <= 12)
  }

  /// A name is replaced near the start and a stamp near the end: the delta is as small as the two, whatever is between them.
  @Test("Changes that are far apart cost little", arguments: Filling.allCases)
  func changesThatAreFarApartCostLittle(filling: Filling) throws {
    var generator = SeededGenerator(seed: 7)
    let middle = filling.text(&generator)
    let old = Array("{\"mem\": 1, ".utf8) + middle + Array("\"version\": 1, \"z\": 0}".utf8)
    let new = Array("{\"available_memory\": 1, ".utf8) + middle + Array("\"version\": 2, \"zz\": 0}".utf8)
    let delta = try expectRoundTrip(new, old)
    #expect(delta.count < 256, "\(filling): \(delta.count) bytes for \(old.count)")
  }

  @Test("A hundred changes in a megabyte cost a hundred small ranges")
  func aHundredChangesInAMegabyteCostAHundredSmallRanges() throws {
    var generator = SeededGenerator(seed: 8)
    let old = Filling.numbers.text(&generator)
    var new = old
    for place in stride(from: new.count - 10_000, through: 0, by: -10_000) {
      new.insert(contentsOf: Array("changed".utf8), at: place)
    }
    let delta = try expectRoundTrip(new, old)
    #expect(delta.count < 4000, "\(delta.count) bytes")
  }

  @Test("Moved text is found")
  func movedTextIsFound() throws {
    var generator = SeededGenerator(seed: 9)
    let first = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let second = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(try expectRoundTrip([1] + first + second + [2], [3] + second + first + [4]).count < 64)
  }

  @Test("Texts whose blocks are all alike come back")
  func textsWhoseBlocksAreAllAlikeComeBack() throws {
    // All blocks are alike, and none leads to a long match.
    let old = (0..<200_000).map { $0 % 97 == 0 ? UInt8(ascii: "b") : UInt8(ascii: "a") }
    let new = (0..<200_000).map { $0 % 89 == 0 ? UInt8(ascii: "b") : UInt8(ascii: "a") }
    try expectRoundTrip(new, old)
  }

  @Test("A whole text needs no new one")
  func aWholeTextNeedsNoNewOne() throws {
    for old in [[], Array("{}".utf8), Array(repeating: 0x20, count: 300)] as [[UInt8]] {
      let delta = old.withUnsafeBytes { TextDelta(whole: $0, replacing: 5) }
      #expect(delta.selfContained() == old)
      #expect(try TextDelta(decoding: delta.encoded()).selfContained() == old)
      #expect(try delta.applied(to: JSONText("abcde")) == old)
    }
    #expect(TextDelta(from: JSONText("ab"), to: JSONText("ac")).selfContained() == nil)
  }

  @Test("A text of another size is refused")
  func aTextOfAnotherSizeIsRefused() throws {
    let delta = TextDelta(from: JSONText("{\"version\": 2}"), to: JSONText("{}"))
    #expect(throws: TextDeltaError(.textSizeDiffers, offset: 0)) {
      try delta.applied(to: JSONText("{\"version\": 2} "))
    }
  }

  @Test(
    arguments: [
      ([], .truncated, 0),
      ([2, 0, 0], .unknownLayout, 0),
      ([1], .truncated, 1),
      ([1, 0x80, 0x00, 0], .invalidInteger, 1),
      ([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0], .invalidInteger, 1),
      ([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0], .invalidInteger, 1),
      ([1, 5, 0, 0], .trailingBytes, 3),
      ([1, 5, 1], .truncated, 3),
      ([1, 5, 1, 0, 0], .emptyPart, 3),
      ([1, 5, 2, 1, 0x61, 0, 1, 0x61, 0], .emptyPart, 3),
      ([1, 5, 1, 2, 0x61, 0x61, 0], .rangeOutOfBounds, 3),
      ([1, 5, 2, 2, 0x61], .truncated, 4),
      ([1, 5, 6, 0, 6, 0], .rangeOutOfBounds, 3),
      ([1, 5, 5, 0, 5, 2], .rangeOutOfBounds, 3),
      ([1, 5, 5, 0, 5, 1], .rangeOutOfBounds, 3),
      ([1, 5, 4, 0, 5, 0], .rangeOutOfBounds, 3),
      ([1, 5, 5, 0, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .rangeOutOfBounds, 3),
      ([1, 5, 5, 0, 5, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .rangeOutOfBounds, 3),
      ([1, 5, 5, 0, 5, 0, 0], .trailingBytes, 6),
      ([1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, 0], .truncated, 14),
    ] as [([UInt8], TextDeltaError.Reason, Int)])
  func whatIsNoDeltaIsRefused(bytes: [UInt8], reason: TextDeltaError.Reason, offset: Int) throws {
    #expect(throws: TextDeltaError(reason, offset: offset)) { try TextDelta(decoding: bytes) }
  }

  @Test("Damaged deltas are refused or give their size", arguments: [11, 12] as [UInt64])
  func damagedDeltasAreRefusedOrGiveTheirSize(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let old = randomText(&generator, count: 3000)
    var new = old
    for _ in 0..<5 { edit(&new, &generator) }
    let delta = TextDelta(from: JSONText(new), to: JSONText(old)).encoded()
    var refused = 0
    for round in 0..<20_000 {
      var damaged = delta
      for _ in 0..<Int.random(in: 1...3, using: &generator) { edit(&damaged, &generator) }
      guard let decoded = try? TextDelta(decoding: damaged) else {
        refused += 1
        continue
      }
      guard decoded.oldCount <= 1 << 20 else { continue }
      guard let result = try? decoded.applied(to: JSONText(new)) else {
        #expect(decoded.newCount != new.count, "seed \(seed), round \(round)")
        continue
      }
      #expect(result.count == decoded.oldCount, "seed \(seed), round \(round)")
    }
    #expect(refused > 5_000)
  }

  /// What lies between two changes.
  enum Filling: String, CaseIterable, CustomTestStringConvertible {
    case numbers, records, oneLine, zeros, spaces

    var testDescription: String { rawValue }

    func text(_ generator: inout SeededGenerator) -> [UInt8] {
      let count = 1 << 20
      var text: [UInt8] = []
      while text.count < count {
        switch self {
        case .numbers: text += Array("\(Double.random(in: 0...1, using: &generator)), ".utf8)
        case .records:
          text += Array(
            "{\n  \"workload\": \"cpu\",\n  \"n_jobs\": \(Int.random(in: 1...8, using: &generator))\n},\n".utf8)
        case .oneLine: text += Array("\"the same line again and again\",\n".utf8)
        case .zeros: text += Array("0.0, ".utf8)
        case .spaces: text.append(0x20)
        }
      }
      return text
    }
  }

  /// Pieces that repeat, and pieces that do not.
  private func randomText(_ generator: inout SeededGenerator, count: Int) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < count {
      if generator.chance(1, outOf: 2) {
        text += Array("    \"speedup\": 1.25,\n".utf8)
      } else {
        text += (0..<20).map { _ in UInt8.random(in: 0x20...0x7E, using: &generator) }
      }
    }
    return Array(text.prefix(count))
  }

  private func edit(_ text: inout [UInt8], _ generator: inout SeededGenerator) {
    let start = Int.random(in: 0...text.count, using: &generator)
    let end = min(text.count, start + Int.random(in: 0...40, using: &generator))
    let inserted = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: text.replaceSubrange(start..<end, with: inserted)
    case 1: text.removeSubrange(start..<end)
    case 2: text.insert(contentsOf: inserted, at: start)
    case 3 where start < text.count: text[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    default: text.insert(contentsOf: text[start..<end], at: Int.random(in: 0...text.count, using: &generator))
    }
  }

  @discardableResult private func expectRoundTrip(
    _ new: [UInt8], _ old: [UInt8], _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [UInt8] {
    let delta = TextDelta(from: JSONText(new), to: JSONText(old))
    let decoded = try TextDelta(decoding: delta.encoded())
    #expect(decoded == delta, comment, sourceLocation: sourceLocation)
    #expect(delta.newCount == new.count && delta.oldCount == old.count, comment, sourceLocation: sourceLocation)
    #expect(try decoded.applied(to: JSONText(new)) == old, comment, sourceLocation: sourceLocation)
    // Never more than the old text itself would cost, and the few integers around it.
    #expect(delta.encoded().count <= old.count + 40, comment, sourceLocation: sourceLocation)
    return delta.encoded()
  }
}
