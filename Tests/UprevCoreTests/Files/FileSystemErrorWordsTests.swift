import Foundation
import Testing
import UprevCore
import UprevReport

@Suite struct FileSystemErrorWordsTests {
  @Test(
    "An errno has its code and its remedy",
    arguments: [
      (EACCES, ErrorCode.permissionDenied, ErrorCode.permissionDenied, "grant"),
      (EPERM, .permissionDenied, .permissionDenied, "run as its owner"),
      (EROFS, .permissionDenied, .permissionDenied, "remount"), (ENOENT, .readFailed, .writeFailed, "does not exist"),
      (ENOSPC, .readFailed, .writeFailed, "the disk is full"), (EDQUOT, .readFailed, .writeFailed, "the disk is full"),
      (EIO, .readFailed, .writeFailed, "check the disk"), (EMFILE, .limitExceeded, .limitExceeded, "ulimit -n"),
      (EFBIG, .readFailed, .writeFailed, "ulimit -f"), (ELOOP, .readFailed, .writeFailed, "symbolic link"),
      (EXDEV, .readFailed, .writeFailed, "another file system"), (ETIMEDOUT, .readFailed, .writeFailed, "refuses"),
    ])
  func words(number: Int32, reading: ErrorCode, writing: ErrorCode, words: String) {
    let error = FileSystemError(call: "openat", path: PathName("inner"), number: number)
    #expect(error.code(.reading) == reading)
    #expect(error.code(.writing) == writing)
    for purpose in [FileSystemError.Purpose.reading, .writing] {
      let message = error.message(purpose, about: PathName("a/b.json"))
      #expect(message.contains(words), "\(message)")
      #expect(message.hasPrefix("“a/b.json” cannot be \(purpose == .reading ? "read" : "written"): "), "\(message)")
      #expect(message.hasSuffix("(openat: \(String(cString: strerror(number))))"), "\(message)")
    }
    #expect(error.message(.reading).hasPrefix("“inner” cannot be read"))
    #expect(error.documentError(.reading).code == reading)
    #expect(error.targetError(.writing).code == writing)
  }
}
