import Foundation
import LosslessJSON
import Testing

func scan(_ text: String, nonFinite: Bool = false, depth: Int = 1000) throws(JSONError) -> IndexedJSON {
  try IndexedJSON(
    scanning: JSONText(text), options: JSONReadingOptions(allowsNonFinite: nonFinite, maximumDepth: depth))
}

func failure(_ bytes: some Collection<UInt8>, _ options: JSONReadingOptions = .init()) -> JSONError? {
  do {
    _ = try IndexedJSON(scanning: JSONText(bytes), options: options)
    return nil
  } catch {
    return error
  }
}

func failure(_ text: String, _ options: JSONReadingOptions = .init()) -> JSONError? {
  failure(Array(text.utf8), options)
}

func pointer(_ text: String) throws -> JSONPointer { try JSONPointer(parsing: text) }

/// White space made visible, for tables and messages.
func visible(_ text: some CustomStringConvertible) -> String {
  String(
    decoding: text.description.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x0a: Array("⏎".utf8)
      case 0x0d: Array("␍".utf8)
      case 0x09: Array("⇥".utf8)
      default: [byte]
      }
    }, as: UTF8.self)
}

/// Python, the oracle: runs a script and gives the lines it prints, each a list of fields in hexadecimal.
struct PythonOracle {
  /// - Parameter script: prints with `emit(bytes, …)`; `random` is seeded with `seed`.
  static func records(seed: UInt64, _ script: String) throws -> [[[UInt8]]] {
    let prelude = """
      import json, random, sys
      random.seed(\(seed))
      def emit(*fields):
          sys.stdout.write(" ".join("x" + (f if isinstance(f, bytes) else f.encode("utf-8")).hex() for f in fields) + "\\n")

      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", prelude + script]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "python3 failed")
    return data.split(separator: 0x0a).map { line in
      line.split(separator: 0x20).map { field in
        let digits = Array(field.dropFirst())
        return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
      }
    }
  }

  private static func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit - 0x30 : digit - 0x61 + 10 }
}
