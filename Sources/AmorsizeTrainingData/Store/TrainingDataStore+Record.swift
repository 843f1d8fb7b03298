import UprevCore
import UprevReport

extension TrainingDataStore {
  /// Saves an execution as a new file `ml_training_<signature>_<milliseconds>.json`, at the current version.
  ///
  /// The file holds what Python's `json.dump(data, file, indent=2)` writes for the same values. It appears whole, under a
  /// name that nothing had: where the name of this millisecond is taken, it gets the next free one. A missing folder is made.
  /// - Returns: the file's name in ``directory``.
  /// - Throws: ``TrainingDataError``. Then nothing was saved, unless the failed call is the last one, `fsync` of the folder:
  ///   then the file is there, but may not outlast a power failure.
  @discardableResult
  public func record(execution: Execution) throws(TrainingDataError) -> PathName {
    let time = now()
    try check(execution.nJobs, execution.chunkSize)
    return try save("ml_training_", execution.functionSignature, time, execution.pythonValue(timestamp: time).dumped)
  }

  /// Saves a streaming execution as a new file `ml_training_streaming_<signature>_<milliseconds>.json`.
  ///
  /// Everything said of ``record(execution:)`` holds here too.
  /// - Returns: the file's name in ``directory``.
  /// - Throws: ``TrainingDataError``
  @discardableResult
  public func recordStreaming(execution: StreamingExecution) throws(TrainingDataError) -> PathName {
    let time = now()
    try check(execution.nJobs, execution.chunkSize)
    return try save(
      "ml_training_streaming_", execution.functionSignature, time, execution.pythonValue(timestamp: time).dumped)
  }

  private func check(_ nJobs: Int, _ chunkSize: Int) throws(TrainingDataError) {
    guard nJobs >= 1 else { throw .notPositive(member: "n_jobs", value: nJobs) }
    guard chunkSize >= 1 else { throw .notPositive(member: "chunksize", value: chunkSize) }
  }

  private func save(
    _ prefix: String, _ signature: String, _ time: Double, _ bytes: [UInt8]
  ) throws(TrainingDataError) -> PathName {
    guard signature.utf8.count == 16, signature.utf8.allSatisfy(Self.isHexadecimal) else {
      throw .invalidFunctionSignature(signature)
    }
    guard let milliseconds = Int(exactly: (time * 1000).rounded(.towardZero)), milliseconds < Int.max / 2 else {
      throw .invalidTime(time)
    }
    let first = "\(prefix)\(signature)_\(milliseconds)"
    do throws(FileSystemError) {
      let folder = try openFolder()
      let temporary = PathName("\(first).\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).tmp")
      let file = try fileSystem.open(temporary, in: folder, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o666)
      var isPlaced = false
      defer { if !isPlaced { try? fileSystem.unlink(temporary, in: folder) } }

      try write(bytes, to: file)
      try fileSystem.synchronize(file)
      for attempt in 0..<Self.attempts {
        let name = PathName("\(prefix)\(signature)_\(milliseconds + attempt).json")
        do {
          try AtomicReplace(fileSystem).place(name, in: folder, from: temporary, in: folder)
        } catch  where error.kind == .exists {
          continue
        }
        isPlaced = true
        try fileSystem.synchronize(folder)
        return name
      }
    } catch {
      throw .cannotWrite(error)
    }
    throw .noFreeName(PathName(first + ".json"))
  }

  private func write(_ bytes: [UInt8], to file: OpenFile) throws(FileSystemError) {
    // A closure that throws a typed error does not get past `withUnsafeBytes` with its type.
    let failure = bytes.withUnsafeBytes { buffer -> FileSystemError? in
      do throws(FileSystemError) {
        try fileSystem.write(file, buffer)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Opens the folder, and makes it first, with the folders above it, where it is missing.
  private func openFolder() throws(FileSystemError) -> OpenFile {
    do {
      return try fileSystem.open(directory, in: nil, [.readOnly, .directory], mode: 0)
    } catch  where error.kind == .absent {
      try makeFolder(directory.bytes[...])
      return try fileSystem.open(directory, in: nil, [.readOnly, .directory], mode: 0)
    }
  }

  private func makeFolder(_ path: ArraySlice<UInt8>) throws(FileSystemError) {
    let slash = UInt8(ascii: "/")
    // From the end back to the deepest folder that can be made, then forward again.
    var ends: [Int] = [path.endIndex]
    while let end = ends.last {
      do {
        try fileSystem.makeDirectory(PathName(path[..<end]), in: nil, mode: 0o777)
      } catch  where error.kind == .exists {
        // Another program made it meanwhile.
      } catch  where error.kind == .absent {
        var parent = path[..<end]
        while parent.last == slash { parent.removeLast() }
        while let last = parent.last, last != slash { parent.removeLast() }
        while parent.last == slash { parent.removeLast() }
        guard !parent.isEmpty else { throw error }
        ends.append(parent.endIndex)
        continue
      }
      ends.removeLast()
    }
  }

  /// How many names are tried, one a millisecond.
  private static let attempts = 10_000

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
