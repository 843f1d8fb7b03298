import LosslessJSON
import UprevReport

/// One document of a pipeline's `fixtures/`: what a document of a version looks like.
struct Fixture: Sendable {
  /// Index into the pipeline's formats.
  let format: Int
  /// Shared by the fixtures that show one document at several versions.
  let name: String
  /// As the file's name says it.
  let version: FormatVersion
  /// As messages name it.
  let file: PathName
  let text: JSONText
  /// The permission bits of the file.
  let mode: UInt32
}

/// `NAME.vVERSION.json`
enum FixtureName {
  /// - Parameter known: the versions that the format knows.
  /// - Returns: nil where the name is not of that form, or says a version that the format does not know. Where it can be read in
  ///   several ways, the longest version is taken.
  static func parse(_ file: String, known: [FormatVersion]) -> (name: String, version: FormatVersion)? {
    guard let stem = stem(file) else { return nil }
    let bytes = Array(stem.utf8)
    for index in bytes.indices.dropFirst() where bytes[index...].starts(with: ".v".utf8) {
      let text = bytes[(index + 2)...]
      if let version = known.first(where: { $0.description.utf8.elementsEqual(text) }) {
        return (String(decoding: bytes[..<index], as: UTF8.self), version)
      }
    }
    return nil
  }

  /// Nil where the version cannot be part of a file's name.
  static func make(_ name: String, _ version: FormatVersion) -> String? {
    let text = version.description
    return isPossible(version) ? "\(name).v\(text).json" : nil
  }

  static func isPossible(_ version: FormatVersion) -> Bool {
    !version.description.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// The name without `.json`; nil where it has none.
  private static func stem(_ file: String) -> Substring? {
    file.utf8.count > 5 && file.hasSuffix(".json") ? file.dropLast(5) : nil
  }
}
