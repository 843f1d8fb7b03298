import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

@Suite("Differences line by line")
struct LineDiffTests {
  @Test(
    "Hunks are those of diff -u",
    arguments: [
      ("", "", ""), ("a\n", "a\n", ""), ("a\n", "b\n", "@1,1 1,1@-a+b"), ("", "a\n", "@0,0 1,1@+a"),
      ("a\n", "", "@1,1 0,0@-a"), ("a\nb\nc\n", "a\nx\nc\n", "@1,3 1,3@ a-b+x c"), ("a", "a\n", "@1,1 1,1@-a$+a"),
      ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nx\n", "@6,4 6,4@ 6 7 8-9+x"),
      (
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
        "@1,4 1,4@-1+x 2 3 4@6,4 6,4@ 6 7 8-9+y"
      ),
      ("1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n", "@1,7 1,7@-1+x 2 3 4 5 6-7+y"),
    ])
  func hunks(old: String, new: String, expected: String) {
    let diff = LineDiff(from: JSONText(old), to: JSONText(new))
    let text = diff.hunks.map { hunk in
      "@\(hunk.oldStart),\(hunk.oldCount) \(hunk.newStart),\(hunk.newCount)@"
        + hunk.lines.map { line in
          let sign: [LineDiff.Line.Kind: String] = [.same: " ", .removed: "-", .added: "+"]
          return (sign[line.kind] ?? "?") + String(decoding: line.bytes, as: UTF8.self)
            + (line.lacksLineFeed ? "$" : "")
        }.joined()
    }.joined()
    #expect(text == expected)
  }

  @Test("The new text follows from the old one and the hunks, with any context", arguments: [0, 1, 3, 50])
  func reconstruction(context: Int) {
    let seed = UInt64(90 + context)
    var random = SeededGenerator(seed: seed)
    for number in 0..<200 {
      let (old, new) = (Self.text(&random), Self.text(&random))
      let diff = LineDiff(from: JSONText(old), to: JSONText(new), context: context)
      #expect(Self.apply(diff, to: old) == new, "seed \(seed), pair \(number)")
      for hunk in diff.hunks {
        #expect(hunk.oldCount == hunk.lines.count { $0.kind != .added })
        #expect(hunk.newCount == hunk.lines.count { $0.kind != .removed })
      }
    }
  }

  @Test("Beyond the bound what lies between the first and the last difference is one change, and still right")
  func bound() {
    let lines = (0..<3000).map { "line \($0)\n" }
    let old = lines.joined()
    let new = lines.enumerated().map { $0.offset % 7 == 3 ? "new\n" : $0.element }.joined()
    let diff = LineDiff(from: JSONText(old), to: JSONText(new))
    #expect(Self.apply(diff, to: old) == new)
    #expect(diff.hunks.count == 1)
  }

  private static func text(_ random: inout SeededGenerator) -> String {
    let lines = (0..<Int.random(in: 0...12, using: &random)).map { _ in "\(Int.random(in: 0..<4, using: &random))" }
    let text = lines.joined(separator: "\n")
    return Bool.random(using: &random) && !lines.isEmpty ? text + "\n" : text
  }

  private static func apply(_ diff: LineDiff, to old: String) -> String {
    var rest = old.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) + [10] }
    if rest.last == [10] { rest.removeLast() } else { rest[rest.count - 1].removeLast() }
    var result: [[UInt8]] = []
    var position = 0
    for hunk in diff.hunks {
      let start = hunk.oldCount == 0 ? hunk.oldStart : hunk.oldStart - 1
      result += rest[position..<start]
      result += hunk.lines.filter { $0.kind != .removed }.map { $0.lacksLineFeed ? $0.bytes : $0.bytes + [10] }
      position = start + hunk.oldCount
    }
    result += rest[position...]
    return String(decoding: result.joined(), as: UTF8.self)
  }
}
