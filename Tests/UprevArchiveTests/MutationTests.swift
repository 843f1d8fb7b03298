import Foundation
import LosslessJSON
import Testing
import UprevCore
import UprevReport

@Suite("Archives with random damage")
struct MutationTests {
  @Test(
    "Are refused untouched, or rewritten so that they can be rewritten again", arguments: ["tar", "tar.gz", "tar.zst"])
  func mutated(_ suffix: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("plain")
    try Tool.python(
      Refusal.prelude + "\nput(made(tarfile.PAX_FORMAT, {'comment': 'g'}, [('n' * 120 + '.json', b'{}', {}), "
        + "('big', b'b' * 3000, {}), ('l', b'', {'type': tarfile.SYMTYPE, 'linkname': 'big'}), "
        + "('a.json', b'a' * 700, {'pax_headers': {'size': '700', 'VENDOR.x': 'y'}})]))", [plain])
    var seed = UInt64(20_260_101)
    let original = try bytes(of: try TarInPlaceTests.compress(plain, suffix, scratch))
    // Where the headers are, in a plain tar; all of a compressed one.
    let end = suffix == "tar" ? 13_000 : original.count
    var counts = (refused: 0, rewritten: 0)
    for round in 0..<400 {
      var random = Seeded(seed)
      seed += 1
      var damaged = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        guard !damaged.isEmpty else { break }
        let at = Int.random(in: 0..<min(end, damaged.count), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[at] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: damaged.removeSubrange(at..<min(damaged.count, at + Int.random(in: 1...600, using: &random)))
        default: damaged.insert(contentsOf: damaged[at..<min(damaged.count, at + 512)], at: at)
        }
      }
      if suffix == "tar", round % 2 == 0 { Self.mendChecksums(&damaged) }
      let path = try scratch.write("x.\(suffix)", damaged)
      let result = Harness.appending("!!").run(path)
      if result.error == nil {
        counts.rewritten += 1
        #expect(result.committed, "seed \(seed - 1)")
        let again = Harness.appending("!!").run(path)
        #expect(
          again.error == nil && again.decisions.count == result.decisions.count,
          "seed \(seed - 1): \(String(describing: again.error))")
      } else {
        counts.refused += 1
        #expect(try bytes(of: path) == damaged, "seed \(seed - 1)")
      }
    }
    #expect(counts.refused > 50, "first seed 20260101: \(counts)")
    if suffix == "tar" { #expect(counts.rewritten > 20, "first seed 20260101: \(counts)") }
    #expect(try scratch.names().count <= 3)
  }

  /// Gives every block that looks like a header a right checksum, so that damage gets past it.
  private static func mendChecksums(_ archive: inout [UInt8]) {
    for start in stride(from: 0, to: archive.count - 511, by: 512)
    where archive[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
      archive.replaceSubrange((start + 148)..<(start + 156), with: [UInt8](repeating: 0x20, count: 8))
      let sum = archive[start..<(start + 512)].reduce(0) { $0 + Int($1) }
      let digits = Array(String(sum, radix: 8).utf8)
      let field = [UInt8](repeating: 0x30, count: 6 - digits.count) + digits + [0, 0x20]
      archive.replaceSubrange((start + 148)..<(start + 156), with: field)
    }
  }
}
