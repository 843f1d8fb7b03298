import FuzzDriver
import FuzzSupport
import LosslessJSON
import UprevCore
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pipeline file through the reader and, if it has no fault, documents through the pipeline. What must hold:
///
/// - every fault has words and, if a place, one that is in the file;
/// - a document is decided the same twice, and a replacement is JSON.
///
/// The input: the pipeline file, a zero byte, a document.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPipeline(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = parts(UnsafeBufferPointer(start: start, count: count), 2)
  let file = Workplace.path + "/pipeline.yaml"
  put(input[0], in: file)
  let lines = input[0].count + 1
  do {
    let pipeline = try PipelineFile.load(PathName(file), fileSystem: LocalFileSystem())
    let limits = JSONReadingOptions(maximumDepth: 128, maximumSize: 1 << 20)
    let decider = Decider(formats: pipeline.formats, limits: limits)
    for format in pipeline.formats.indices.prefix(3) {
      for text in [input[1], Array("{}".utf8), Array("{\"version\": 1, \"a\": [1, {\"b\": \"2\"}]}".utf8)] {
        let reference = DocumentReference(path: PathName("x.json"), format: format)
        let document = Document(reference: reference, text: JSONText(text), origin: NoOrigin())
        let (first, second) = (decider.decide(document), decider.decide(document))
        check(first.outcome == second.outcome && first.sha256After == second.sha256After, "decided differently")
        if let replacement = first.replacement {
          let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: 128)
          check((try? IndexedJSON(scanning: replacement, options: options)) != nil, "a replacement is no JSON")
        }
      }
    }
  } catch {
    check(!error.faults.isEmpty, "an error without a fault")
    for fault in error.faults {
      check(!fault.message.isEmpty, "a fault without words")
      check((1...lines).contains(fault.line ?? 1) && (fault.column ?? 1) >= 1, "a fault outside the file")
    }
  }
  return 0
}

private struct NoOrigin: DocumentOrigin {}

/// A folder in memory, one a process.
private enum Workplace {
  static let path: String = {
    let path = "/dev/shm/uprev-fuzz-pipeline-\(getpid())"
    mkdir(path, 0o700)
    atexit {
      unlink("/dev/shm/uprev-fuzz-pipeline-\(getpid())/pipeline.yaml")
      rmdir("/dev/shm/uprev-fuzz-pipeline-\(getpid())")
    }
    return path
  }()
}

private func put(_ bytes: [UInt8], in path: String) {
  guard let file = fopen(path, "w") else { abort() }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}
