import LosslessJSON
import UprevCore
import UprevReport

extension TrainingDataStore {
  /// Bytes; a larger file is no training data, and is skipped as damaged.
  public static let maximumFileSize = 1 << 24

  /// Loads every `ml_training_*.json` of the folder, batch and streaming, of any version, in the byte order of their names.
  ///
  /// Each text is migrated in memory (``TrainingDataMigration/migrate(_:verbose:messages:)``); no file is changed. What a file
  /// lacks gets the reference's default. A file that is damaged, cannot be read, or holds no training data is skipped; one
  /// that vanishes meanwhile is as good as never there. A folder that is missing holds no samples.
  /// - Parameter verbose: whether each migration, and each file skipped, is told to the store's message sink.
  /// - Throws: ``TrainingDataError/cannotRead(_:)`` where the folder is there and cannot be listed.
  public func load(verbose: Bool = false) throws(TrainingDataError) -> [TrainingSample] {
    guard let (folder, names) = try list() else { return [] }
    var samples: [TrainingSample] = []
    for name in names {
      do throws(Damage) {
        guard let text = try read(name, in: folder) else { continue }
        samples.append(try sample(text, verbose: verbose))
      } catch {
        if verbose { messages(TrainingDataWords.skipping(name, because: error.reason)) }
      }
    }
    return samples
  }

  private func sample(_ text: JSONText, verbose: Bool) throws(Damage) -> TrainingSample {
    let document: TrainingDocument
    do throws(TrainingDataTextError) {
      document = try TrainingDocument(TrainingDataMigration.migrate(text, verbose: verbose, messages: messages))
    } catch {
      throw Damage(reason: error.description)
    }
    return try TrainingSample(document.root, loadedAt: now())
  }

  /// The folder and the names of its training data; nil where there is no folder.
  private func list() throws(TrainingDataError) -> (OpenFile, [PathName])? {
    do throws(FileSystemError) {
      let folder = try fileSystem.open(directory, in: nil, [.readOnly, .directory], mode: 0)
      var names: [PathName] = []
      try fileSystem.forEachName(in: folder) { bytes, _ in
        if Self.isTrainingData(bytes) { names.append(PathName(bytes)) }
      }
      return (folder, names.sorted())
    } catch {
      if error.kind == .absent { return nil }
      throw .cannotRead(error)
    }
  }

  /// Whether a name matches `ml_training_*.json`.
  private static func isTrainingData(_ name: UnsafeRawBufferPointer) -> Bool {
    let (prefix, suffix) = ("ml_training_".utf8, ".json".utf8)
    return name.count >= prefix.count + suffix.count && name.starts(with: prefix)
      && name.suffix(suffix.count).elementsEqual(suffix)
  }

  /// A file's text; nil where the file is gone.
  private func read(_ name: PathName, in folder: OpenFile) throws(Damage) -> JSONText? {
    let content: Content
    do throws(FileSystemError) {
      content = try self.content(of: name, in: folder)
    } catch {
      if error.kind == .absent { return nil }
      throw Damage(reason: error.message(.reading, about: name))
    }
    switch content {
    case .text(let text): return text
    case .notAFile: throw Damage(reason: TrainingDataWords.notAFile)
    case .tooLarge: throw Damage(reason: TrainingDataWords.tooLarge(Self.maximumFileSize))
    }
  }

  private enum Content {
    case text(JSONText)
    case notAFile
    case tooLarge
  }

  private func content(of name: PathName, in folder: OpenFile) throws(FileSystemError) -> Content {
    // Without waiting: a fifo of that name would never be opened.
    let file = try fileSystem.open(name, in: folder, [.readOnly, .nonBlocking], mode: 0)
    guard try fileSystem.status(of: file).kind == .regular else { return .notAFile }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)
    defer { buffer.deallocate() }
    var bytes: [UInt8] = []
    while bytes.count <= Self.maximumFileSize {
      let count = try fileSystem.read(file, into: buffer, at: nil)
      if count == 0 { return .text(JSONText(bytes)) }
      bytes += buffer.prefix(count)
    }
    return .tooLarge
  }
}
