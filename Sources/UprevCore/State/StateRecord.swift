import Foundation
import GRDB
import UprevReport

/// One row of the state database, read with every value checked: what another program or a bad disk left there is an error,
/// and never a trap.
struct StateRecord {
  let row: Row
  /// For people: what the row is about.
  let table: String

  init(_ row: Row, of table: String) {
    self.row = row
    self.table = table
  }

  /// - Throws: ``JournalError`` where the column holds no integer; so do the others for what they read.
  func integer(_ column: Int) throws(JournalError) -> Int64 {
    guard case .int64(let value) = storage(column) else { throw damaged(column) }
    return value
  }

  func optionalInteger(_ column: Int) throws(JournalError) -> Int64? {
    if case .null = storage(column) { return nil }
    return try integer(column)
  }

  /// A count of bytes or rows: never negative.
  func count(_ column: Int) throws(JournalError) -> Int {
    guard let value = Int(exactly: try integer(column)), value >= 0 else { throw damaged(column) }
    return value
  }

  func text(_ column: Int) throws(JournalError) -> String {
    switch storage(column) {
    case .string(let value): return value
    case .blob(let data):
      // Text with a zero byte is stored so.
      guard let text = String(validating: data, as: UTF8.self) else { throw damaged(column) }
      return text
    default: throw damaged(column)
    }
  }

  func optionalText(_ column: Int) throws(JournalError) -> String? {
    if case .null = storage(column) { return nil }
    return try text(column)
  }

  func bytes(_ column: Int) throws(JournalError) -> [UInt8] {
    guard case .blob(let data) = storage(column) else { throw damaged(column) }
    return [UInt8](data)
  }

  func optionalBytes(_ column: Int) throws(JournalError) -> [UInt8]? {
    if case .null = storage(column) { return nil }
    return try bytes(column)
  }

  func path(_ column: Int) throws(JournalError) -> PathName { PathName(try bytes(column)) }

  /// 32 bytes.
  func hash(_ column: Int) throws(JournalError) -> [UInt8] {
    let bytes = try bytes(column)
    guard bytes.count == 32 else { throw damaged(column) }
    return bytes
  }

  /// Two columns: seconds and nanoseconds.
  func timestamp(_ column: Int) throws(JournalError) -> Timestamp {
    Timestamp(seconds: try integer(column), nanoseconds: try integer(column + 1))
  }

  /// Two columns, whose bits are those of unsigned numbers.
  func identity(_ column: Int) throws(JournalError) -> FileIdentity {
    FileIdentity(
      device: UInt64(bitPattern: try integer(column)), inode: UInt64(bitPattern: try integer(column + 1)))
  }

  /// One of a closed list of words.
  func word<Word: RawRepresentable>(
    _ column: Int, _ type: Word.Type
  ) throws(JournalError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try text(column)) else { throw damaged(column) }
    return word
  }

  func damaged(_ column: Int) -> JournalError {
    let names = Array(row.columnNames)
    return .damagedValue(column < names.count ? names[column] : "\(column)", of: table)
  }

  private func storage(_ column: Int) -> DatabaseValue.Storage {
    guard column < row.count else { return .null }
    return (row[column] as DatabaseValue).storage
  }
}
