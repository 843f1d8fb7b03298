import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite struct StagingManifestTests {
  @Test("What is written is read back", arguments: [0x5eed, 7, 2026] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    print("StagingManifestTests: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let manifest = Self.manifest(&random)
      #expect(try StagingManifest(parsing: manifest.encoded()) == manifest)
      var returns: [PathName: [Sighting]] = [:]
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let slot = PathName("\(Int.random(in: 1...3, using: &random))")
        let sighting = Self.sighting(&random, withContent: random.chance(2, outOf: 3))
        returns[slot, default: []].append(sighting)
        bytes += StagingManifest.encodedReturn(slot: slot, sighting)
      }
      #expect(try StagingManifest.parsedReturns(bytes) == returns)
    }
  }

  @Test("A manifest that is cut anywhere, or filled up with zeros, is torn")
  func torn() throws {
    var random = SeededGenerator(seed: 11)
    var manifest = Self.manifest(&random)
    while manifest.entries.count < 2 { manifest = Self.manifest(&random) }
    let bytes = manifest.encoded()
    for count in bytes.indices {
      let cut = Array(bytes.prefix(count))
      #expect(throws: StagingManifestError.torn) { try StagingManifest(parsing: cut) }
      let filled = cut + [UInt8](repeating: 0, count: bytes.count - count)
      #expect(throws: StagingManifestError.torn) { try StagingManifest(parsing: filled) }
      var flipped = bytes
      flipped[count] ^= 1
      #expect(throws: StagingManifestError.self) { try StagingManifest(parsing: flipped) }
    }
  }

  @Test("Of the returns, a line that is torn is passed over, and the others stand")
  func tornReturns() throws {
    var random = SeededGenerator(seed: 12)
    let (one, two) = (PathName("1"), PathName("2"))
    let sightings = (0..<3).map { _ in Self.sighting(&random) }
    let first = StagingManifest.encodedReturn(slot: one, sightings[0])
    let torn = StagingManifest.encodedReturn(slot: two, sightings[1])
    let last = StagingManifest.encodedReturn(slot: one, sightings[2])
    for count in torn.indices {
      let cut = Array(torn.prefix(count))
      #expect(try StagingManifest.parsedReturns(first + cut) == [one: [sightings[0]]])
      // Without its line feed alone, what follows makes it whole: it says that something was about to be done.
      let isWhole = count == torn.count - 1
      let others = isWhole ? [two: [sightings[1]]] : [:]
      #expect(
        try StagingManifest.parsedReturns(first + cut + last)
          == others.merging([one: [sightings[0], sightings[2]]]) { $1 })
    }
    #expect(try StagingManifest.parsedReturns(first + torn + last).count == 2)
  }

  @Test(
    "What no run writes is not understood",
    arguments: [
      ("\"folder\":\"a/b\"", "\"folder\":\"../b\""), ("\"folder\":\"a/b\"", "\"folder\":\"a/..\""),
      ("\"folder\":\"a/b\"", "\"folder\":\"/etc\""), ("\"folder\":\"a/b\"", "\"folder\":\"a//b\""),
      ("\"folder\":\"a/b\"", "\"folder\":\"a/\""), ("\"folder\":\"a/b\"", "\"folder\":\"./b\""),
      ("\"folder\":\"a/b\"", "\"folder\":\"a\\u0000b\""), ("\"folder\":\"a/b\"", "\"folder\":\".uprev-x\""),
      ("\"folder\":\"a/b\"", "\"folder\":{\"base64\":\"Li4=\"}"), ("\"folder\":\"a/b\"", "\"folder\":1"),
      ("\"folder\":\"a/b\",", ""), ("\"name\":\"c\"", "\"name\":\"b/c\""), ("\"name\":\"c\"", "\"name\":\"..\""),
      ("\"name\":\"c\"", "\"name\":\"\""), ("\"name\":\"c\"", "\"name\":\".uprev-committed\""),
      ("\"name\":\"c\"", "\"name\":{\"base64\":\"Yw\"}"), ("\"slot\":\"1\"", "\"slot\":\"committed\""),
      ("\"slot\":\"1\"", "\"slot\":\"../1\""), ("\"slot\":\"1\"", "\"slot\":\"\""),
      ("\"slot\":\"1\"", "\"slot\":\"12345678901234567890\""), ("\"slot\":\"2\"", "\"slot\":\"1\""),
      ("\"inode\":77", "\"inode\":18446744073709551616"), ("\"inode\":77", "\"inode\":-77"),
      ("\"inode\":77", "\"inode\":7.7e1"), ("\"inode\":77", "\"inode\":\"77\""),
      ("\"mode\":420", "\"mode\":32768"), ("\"mode\":420", "\"mode\":18446744073709551615"),
      ("\"user\":5", "\"user\":4294967296"), ("\"flags\":64", "\"flags\":16"),
      ("\"stagingManifest\":1", "\"stagingManifest\":2"), ("\"runId\":\"r\"", "\"runId\":\"../r\""),
      ("\"runId\":\"r\"", "\"runId\":\"\""), ("\"allOrNothing\":false", "\"allOrNothing\":0"),
      ("\"documents\":[", "\"documents\":[{},"), ("\"value\":\"dg==\"", "\"value\":\"dh==\""),
      ("\"slot\":\"1\"", "\"more\":1,\"slot\":\"1\""), ("{\"stagingManifest\"", "{{\"stagingManifest\""),
    ])
  func hostile(part: String, instead: String) throws {
    let content = Sighting.Content(
      sha256: [UInt8](repeating: 0xab, count: 32),
      attributes: FileAttributes(
        mode: 0o644, user: 5, group: 6, extended: [ExtendedAttribute(name: Array("user.a".utf8), value: [0x76])],
        flags: 64))
    let sighting = Sighting(file: FileIdentity(device: 9, inode: 77), content: content, isOpenForWriting: false)
    let entries = ["1", "2"].map {
      StagingManifest.Entry(
        slot: PathName($0), folder: PathName("a/b"), name: PathName("c"), original: sighting, temporary: sighting)
    }
    let manifest = StagingManifest(runID: "r", isAllOrNothing: false, entries: entries)
    let text = String(decoding: manifest.encoded(), as: UTF8.self)
    #expect(try StagingManifest(parsing: Self.sealed(text)) == manifest, "the test's own seal")
    let parts = text.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    try #require(parts.count == 2)
    let changed = Self.sealed(parts[0] + instead + parts[1])
    #expect(throws: StagingManifestError.notUnderstood) { try StagingManifest(parsing: changed) }
  }

  @Test("A line of the returns that no run writes makes the file not understood")
  func hostileReturns() throws {
    var random = SeededGenerator(seed: 13)
    let line = String(
      decoding: StagingManifest.encodedReturn(slot: PathName("1"), Self.sighting(&random)).dropFirst(), as: UTF8.self)
    #expect(try StagingManifest.parsedReturns(Self.sealed(line)).count == 1)
    let changed = line.replacing("\"slot\":\"1\"", with: "\"slot\":\"manifest-1\"")
    #expect(throws: StagingManifestError.notUnderstood) { try StagingManifest.parsedReturns(Self.sealed(changed)) }
  }

  // MARK: Making

  /// The text with the right hash at its end.
  private static func sealed(_ text: String) -> [UInt8] {
    let tail = "\"sha256\":\"".utf8.count + 64 + "\"}\n".utf8.count
    let bytes = Array(text.utf8.dropLast(tail))
    let hash = bytes.withUnsafeBytes { SHA256.hash($0) }
    let digits = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return bytes + Array("\"sha256\":\"\(digits)\"}\n".utf8)
  }

  private static func manifest(_ random: inout SeededGenerator) -> StagingManifest {
    let count = Int.random(in: 0..<6, using: &random)
    let entries = (0..<count).map { number in
      let original = sighting(&random)
      var temporary = sighting(&random)
      if random.chance(2, outOf: 3), let attributes = original.content?.attributes {
        temporary.content?.attributes = attributes
      }
      let folder = (0..<Int.random(in: 0..<4, using: &random)).map { _ in name(&random).bytes }
      return StagingManifest.Entry(
        slot: PathName("\(number)"), folder: PathName(Array(folder.joined(separator: [UInt8(ascii: "/")]))),
        name: name(&random), original: original, temporary: temporary)
    }
    return StagingManifest(
      runID: "20260131T235959Z-9f86d081", isAllOrNothing: random.chance(1, outOf: 2), entries: entries)
  }

  private static func name(_ random: inout SeededGenerator) -> PathName {
    let alphabet: [[UInt8]] = [
      Array("a".utf8), Array("é".utf8), Array("\u{1f600}".utf8), Array("\"\\\n\u{85}".utf8), [0xff],
      [0xed, 0xa0, 0x80],
      Array(".".utf8), [0x7f], [1],
    ]
    let bytes = (0..<Int.random(in: 1..<9, using: &random)).flatMap { _ in alphabet.randomElement(using: &random) ?? []
    }
    return PathName([UInt8(ascii: "n")] + bytes)
  }

  private static func sighting(_ random: inout SeededGenerator, withContent: Bool = true) -> Sighting {
    let file = FileIdentity(device: random.next(), inode: random.next())
    guard withContent else { return Sighting(file: file, content: nil, isOpenForWriting: false) }
    let extended = (0..<Int.random(in: 0..<3, using: &random)).map { number in
      ExtendedAttribute(name: name(&random).bytes + [UInt8(ascii: "0") + UInt8(number)], value: bytes(&random, upTo: 9))
    }
    let attributes = FileAttributes(
      mode: UInt32.random(in: 0...0o7777, using: &random), user: UInt32.random(in: 0...UInt32.max, using: &random),
      group: UInt32.random(in: 0...UInt32.max, using: &random), extended: extended,
      flags: random.chance(1, outOf: 3) ? nil : UInt32.random(in: 0...UInt32.max, using: &random))
    return Sighting(
      file: file,
      content: Sighting.Content(
        sha256: (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }, attributes: attributes),
      isOpenForWriting: false)
  }

  private static func bytes(_ random: inout SeededGenerator, upTo limit: Int) -> [UInt8] {
    (0..<Int.random(in: 0...limit, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
