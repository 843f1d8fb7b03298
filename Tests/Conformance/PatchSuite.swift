import Foundation
import LosslessJSON
import UprevCore

/// Cases of JSON Patch: `tests.json` and `spec_tests.json`, arrays of records with `doc`, `patch`, and `expected` or `error`.
enum PatchSuite {
  private enum Verdict {
    case passed
    case failed(String)
    case skipped(String)
  }

  /// Prints a line for each failure, and for each record that cannot be tried.
  ///
  /// - Parameter folder: holds at least one of the two files.
  static func run(_ folder: String) throws -> (passed: Int, failed: Int, skipped: Int) {
    var counts = (passed: 0, failed: 0, skipped: 0)
    var files = 0
    for name in ["tests.json", "spec_tests.json"] {
      guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
      files += 1
      for (number, record) in try RecordSplitter.records(Array(data), of: name).enumerated() {
        switch verdict(record) {
        case .passed: counts.passed += 1
        case .failed(let why):
          counts.failed += 1
          print("\(name) record \(number): \(why)")
        case .skipped(let why):
          counts.skipped += 1
          if !why.isEmpty { print("\(name) record \(number) skipped: \(why)") }
        }
      }
    }
    guard files > 0 else {
      throw ConformanceFailure(description: "there is neither tests.json nor spec_tests.json in \(folder)")
    }
    return counts
  }

  private static func verdict(_ bytes: ArraySlice<UInt8>) -> Verdict {
    let record: JSONValue
    do {
      record = try IndexedJSON(scanning: JSONText(bytes), options: JSONReadingOptions(maximumDepth: 200)).root
    } catch {
      // A name that stands twice, which readers of JSON may refuse (RFC 8259, section 4), among others.
      return .skipped("it cannot be read: \(error.message)")
    }
    if record[member: "disabled"]?.kind == .true { return .skipped("") }
    guard let source = record[member: "doc"], let patch = record[member: "patch"] else {
      return .skipped("it has no doc or no patch")
    }
    let comment = record[member: "comment"]?.string ?? "no comment"
    do {
      let document = try IndexedJSON(scanning: JSONText(source.literal))
      let result = try JSONPatch(patch).applied(to: document)
      if record[member: "error"] != nil { return .failed("\(comment): it must fail, and gives \(result.text)") }
      guard let expected = record[member: "expected"] else { return .passed }
      return result.root.isEqual(to: expected) ? .passed : .failed("\(comment): it gives \(result.text)")
    } catch {
      return record[member: "error"] != nil ? .passed : .failed("\(comment): \(error)")
    }
  }
}

/// Splits an array of records, so that one that cannot be read costs none of the others.
private enum RecordSplitter {
  static func records(_ bytes: [UInt8], of name: String) throws -> [ArraySlice<UInt8>] {
    var records: [ArraySlice<UInt8>] = []
    var depth = 0
    var start: Int?
    var inString = false
    var escaped = false
    for (offset, byte) in bytes.enumerated() {
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if depth == 1, start == nil { start = offset }
        depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        if depth == 1, let begin = start {
          records.append(bytes[begin...offset])
          start = nil
        }
      default: break
      }
    }
    guard depth == 0, !inString, !records.isEmpty else {
      throw ConformanceFailure(description: "\(name) is no array of records")
    }
    return records
  }
}
