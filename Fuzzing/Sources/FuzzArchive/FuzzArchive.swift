import FuzzDriver
import LosslessJSON
import UprevArchive
import UprevCore
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The whole way of an archive: recognised, read, every document given one more byte, written anew, verified, replaced, and
/// read again. What must hold:
///
/// - nothing traps, leaks or reads beyond its memory (the sanitizer tells);
/// - an archive that is refused keeps its bytes;
/// - one that is rewritten can be rewritten again, with the same documents;
/// - nothing is left beside it.
///
/// The first byte chooses the file's name, and with it what the content is expected to be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArchive(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 1 else { return 0 }
  let bytes = UnsafeBufferPointer(start: start, count: count)
  let names = ["x.tar", "x.tar.gz", "x.tar.zst", "x.tar.xz", "x.tar.bz2", "x.tar.lz4", "x.zip", "x.7z", "x.cpio", "x"]
  let folder = Workplace.path
  let path = folder + "/" + names[Int(bytes[0]) % names.count]
  let content = Array(bytes.dropFirst())
  write(content, to: path)
  let first = rewrite(path)
  if !first.isCommitted {
    check(read(path) == content, "a refused archive has other bytes")
  } else if first.changes > 0 {
    let second = rewrite(path)
    check(second.isCommitted && second.changes == first.changes, "a rewritten archive cannot be rewritten")
  }
  unlink(path)
  check(isEmpty(folder), "something is left beside the archive")
  return 0
}

/// A folder in memory, one a process.
private enum Workplace {
  static let path: String = {
    let path = "/dev/shm/uprev-fuzz-\(getpid())"
    mkdir(path, 0o700)
    atexit { rmdir("/dev/shm/uprev-fuzz-\(getpid())") }
    return path
  }()
}

private func rewrite(_ path: String) -> (isCommitted: Bool, changes: Int) {
  var changes = 0
  do {
    let opener = ArchiveContainerOpener(
      limits: ArchiveLimits(maximumExpandedSize: 1 << 26, maximumEntries: 10_000))
    guard let container = try opener.open(PathName(path)) else { return (false, 0) }
    try container.claim(ContainerClaimOptions(runID: "fuzz")) { _ in }
    let options = ContainerReadOptions(
      claims: Claims(formats: [[try Glob("*.json")]], excluded: []), maximumDocumentSize: 1 << 20,
      yieldsPassthrough: container.rewritesWhole)
    let reader = try container.makeReader(options)
    let writer = try container.makeWriter(
      ContainerWriteOptions(runID: "fuzz", durability: .none, sideThreads: 0), sink: { _ in }, warn: { _ in })
    do {
      while let element = try reader.next() {
        switch element {
        case .decision(let decision): try writer.write(.decision(decision))
        case .passthrough(let chunk): try writer.write(.passthrough(chunk))
        case .document(let document):
          changes += 1
          var decision = Decision(reference: document.reference, outcome: .migrated)
          decision.replacement = JSONText(Array(document.text.bytes) + [0x20])
          try writer.write(.document(document, decision))
        }
      }
      return (try writer.finish(), changes)
    } catch {
      writer.abandon()
      return (false, changes)
    }
  } catch {
    return (false, changes)
  }
}

private func check(_ condition: Bool, _ words: String) {
  if !condition {
    fputs(words + "\n", stderrStream())
    abort()
  }
}

private func stderrStream() -> UnsafeMutablePointer<FILE>? { fdopen(2, "w") }

private func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { abort() }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

private func read(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return result }
    result += buffer[..<count]
  }
}

private func isEmpty(_ folder: String) -> Bool {
  guard let directory = opendir(folder) else { return false }
  defer { closedir(directory) }
  var count = 0
  while readdir(directory) != nil { count += 1 }
  return count == 2
}
