import Foundation

/// Runs `body` with the file permissions of an ordinary user, so that a test of denied access says something even where the
/// tests run as root (Linux, `setfsuid(2)`, which concerns the calling thread alone: give
/// writers no side threads).
///
/// - Throws: what `body` throws, or ``OrdinaryUserError`` where the privilege cannot be laid down.
public func asOrdinaryUser<Result>(_ body: () throws -> Result) throws -> Result {
  guard geteuid() == 0 else { return try body() }
  guard let symbol = dlsym(nil, "setfsuid"), let groupSymbol = dlsym(nil, "setfsgid") else {
    throw OrdinaryUserError()
  }
  typealias SetIdentifier = @convention(c) (UInt32) -> Int32
  let setUser = unsafeBitCast(symbol, to: SetIdentifier.self)
  let setGroup = unsafeBitCast(groupSymbol, to: SetIdentifier.self)
  let nobody: UInt32 = 65534
  _ = setGroup(nobody)
  _ = setUser(nobody)
  defer {
    _ = setUser(0)
    _ = setGroup(0)
  }
  // A second call tells what the first one did.
  guard setUser(nobody) == Int32(nobody) else { throw OrdinaryUserError() }
  return try body()
}

/// The tests run as root and cannot act as anybody else.
public struct OrdinaryUserError: Error {}
