import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a walk of a tree treats what interrupted runs left.
public enum InterruptedRuns: Sendable {
  /// Brings it to an end before anything else of its folder is read.
  case recover
  /// Says that it is there.
  case tell
}

/// Brings to an end what interrupted runs left in a tree, folder by folder, as a walk of the tree enters them.
///
/// A manifest in the staging folder is all that it needs. It is idempotent: whatever stops it, it can be done again. What goes
/// wrong with one document does not stop the others, and the staging folder stays as long as anything of it is not settled.
///
/// An all-or-nothing run is rolled back unless its mark is there that every exchange was made. The mark in the tree's root
/// counts for the whole tree, so the root's staging folder with such a mark stays until the walk has met all others.
///
/// It is used by one thread at a time.
final class StagingRecovery {
  /// What was noticed, for whoever reports it.
  private(set) var warnings = WarningList()
  private let mode: InterruptedRuns
  private let fileSystem: any FileSystem
  private let locks: FolderLocks
  private let patience: SlotExchange.Patience
  /// A run whose staging folders are left alone: it lives, even where no lock can say so.
  private let ownRunID: String?
  private let user: UInt32
  /// Of all-or-nothing runs with a staging folder in the root: whether they are committed.
  private var commitments: [String: Bool] = [:]
  /// Staging folders of the root that are done and stay until the end.
  private var lasting: [(staging: InterruptedStaging, parent: OpenFile, path: PathName)] = []

  init(
    _ mode: InterruptedRuns, locks: FolderLocks, patience: SlotExchange.Patience = SlotExchange.Patience(),
    ownRunID: String? = nil, user: UInt32 = geteuid(), _ fileSystem: any FileSystem
  ) {
    self.mode = mode
    self.fileSystem = fileSystem
    self.locks = locks
    self.patience = patience
    self.ownRunID = ownRunID
    self.user = user
  }

  /// - Parameters:
  ///   - names: those in the folder that begin with `.uprev-`.
  ///   - path: the folder's, inside the target; empty for the root.
  /// - Returns: whether the folder may have other names now.
  func enter(_ folder: OpenFile, at path: PathName, _ names: [PathName]) -> Bool {
    var found: [InterruptedStaging] = []
    var refused = false
    for name in names {
      if let ownRunID, OwnName.isStaging(name, of: ownRunID) { continue }
      if let temporary = OwnName.temporary(name) {
        meet(temporary.kind, of: temporary.runID, name, in: folder, at: path.appending(name))
        continue
      }
      if let copied = OwnName.run(ofCopy: name) {
        // Its mark says what is to be done with it.
        let mark = OwnName.make(copied, "-\(TemporaryKind.copyMark.rawValue)")
        if !names.contains(mark) { warnings.add(.notRecovered(path.appending(name), .copyWithoutMark)) }
        continue
      }
      switch InterruptedStaging.find(name, in: folder, user: user, fileSystem) {
      case .nothing, .alive: break
      case .refused(let problem):
        refused = true
        warnings.add(.notRecovered(path.appending(name), problem))
      case .interrupted(let staging):
        if mode == .recover {
          found.append(staging)
        } else {
          warnings.add(.notRecovered(path.appending(name), .notAsked))
        }
      }
    }
    if path.bytes.isEmpty {
      for staging in found where staging.isAllOrNothing || staging.isCommitted {
        commitments[staging.runID] = staging.isCommitted || commitments[staging.runID] ?? false
      }
    }
    for staging in found {
      let place = path.appending(staging.name)
      let isCommitted = staging.isCommitted || commitments[staging.runID] ?? false
      if staging.isAllOrNothing, !isCommitted, refused, path.bytes.isEmpty {
        // The mark may be in the one that cannot be read.
        warnings.add(.notRecovered(place, .otherIsUnreadable))
        continue
      }
      recover(staging, in: folder, at: path, rollsBack: staging.isAllOrNothing && !isCommitted)
    }
    return !found.isEmpty
  }

  /// A file or a copy under construction, of a run that may be dead.
  private func meet(
    _ kind: TemporaryKind, of runID: String, _ name: PathName, in folder: OpenFile, at place: PathName
  ) {
    let temporaries = DeadTemporaries(fileSystem, user: user)
    do throws(FileSystemError) {
      switch mode {
      case .tell:
        if try temporaries.isDead(name, in: folder) { warnings.add(.notRecovered(place, .notAsked)) }
      case .recover:
        switch try temporaries.remove(name, in: folder) {
        case .removed: warnings.add(.removedUnfinished(kind, of: runID, place))
        case .strange: warnings.add(.notRecovered(place, .copyIsAnother))
        case .nothing, .alive: break
        }
      }
    } catch {
      warnings.add(.notRecovered(place, mode == .tell ? .unreadable(error) : .failed(error)))
    }
  }

  /// Another program's file that was kept under another name.
  func meetKept(_ path: PathName) {
    if mode == .tell { warnings.add(.fileWasKept(path)) }
  }

  /// A folder that could not be entered: what is in it is not known.
  func missed(_ path: PathName, _ error: FileSystemError) {
    warnings.add(.notRecovered(path, .notEntered(error)))
  }

  /// The walk is over: the marks of committed runs are needed no more.
  func finish() {
    for (staging, parent, path) in lasting { removeFolder(staging, in: parent, at: path) }
    lasting = []
  }
}

extension StagingRecovery {
  /// Rounds over the documents of a manifest: a further one where another program changed something meanwhile.
  private static let rounds = 3

  private func recover(_ staging: InterruptedStaging, in parent: OpenFile, at path: PathName, rollsBack: Bool) {
    let place = path.appending(staging.name)
    let slots = SlotRecovery(
      staging, in: parent, rollsBack: rollsBack, locks: locks, patience: patience, fileSystem)
    var counts = RecoveryCounts()
    var isSettled = true
    let reader = StagingFileReader(staging.file, fileSystem)
    for name in staging.manifests {
      let entries: [StagingManifest.Entry]
      do throws(RecoveryProblem) {
        entries = try reader.manifest(name)?.entries ?? []
      } catch {
        warnings.add(.notRecovered(place, error))
        isSettled = false
        continue
      }
      if !settle(entries, slots, staging, at: path, &counts) { isSettled = false }
    }
    var strange = staging.strange
    do throws(FileSystemError) {
      counts.removed += try removeUnlisted(staging, &strange)
      // Before anything that says how to go on: what is removed must not come back without it.
      try fileSystem.synchronize(staging.file)
    } catch {
      warnings.add(.notRecovered(place, .failed(error)))
      isSettled = false
    }
    for name in strange { warnings.add(.notRecovered(place.appending(name), .strange(staging.name))) }
    if isSettled, strange.isEmpty {
      if staging.isCommitted, path.bytes.isEmpty {
        lasting.append((staging, parent, place))
      } else {
        isSettled = removeFolder(staging, in: parent, at: place)
      }
    } else {
      isSettled = false
    }
    if isSettled || !counts.isEmpty { warnings.add(.recovered(place, staging.runID, counts, rolledBack: rollsBack)) }
  }

  /// - Returns: whether nothing of these documents is left in the staging folder.
  private func settle(
    _ entries: [StagingManifest.Entry], _ slots: SlotRecovery, _ staging: InterruptedStaging, at path: PathName,
    _ counts: inout RecoveryCounts
  ) -> Bool {
    var isSettled = true
    var pending = entries
    for round in 1...Self.rounds where !pending.isEmpty {
      var rests: [(entry: StagingManifest.Entry, rest: SlotRecovery.Rest, isGivenBack: Bool)] = []
      var touched: Set<PathName> = []
      for entry in pending {
        let document = path.appending(entry.folder).appending(entry.name)
        do throws(RecoveryProblem) {
          switch try slots.settle(entry) {
          case .empty: break
          case .rest(let rest, let isGivenBack):
            rests.append((entry, rest, isGivenBack))
            touched.insert(entry.folder)
          case .kept(let name, let isBesideStaging):
            let folder = isBesideStaging ? PathName("") : entry.folder
            touched.insert(folder)
            counts.kept += 1
            warnings.add(.fileKept(path.appending(folder).appending(name), of: document))
          }
        } catch {
          warnings.add(.notRecovered(document, error))
          isSettled = false
        }
      }
      pending = []
      guard flush(touched, slots, staging, at: path) else { return false }
      for (entry, rest, isGivenBack) in rests {
        do throws(FileSystemError) {
          if try slots.dispose(of: entry.slot, rest) {
            counts.add(rest, isGivenBack: isGivenBack)
          } else if round < Self.rounds {
            pending.append(entry)
          } else {
            warnings.add(.notRecovered(path.appending(entry.folder).appending(entry.name), .stillChanging))
            isSettled = false
          }
        } catch {
          warnings.add(.notRecovered(path.appending(entry.folder).appending(entry.name), .failed(error)))
          isSettled = false
        }
      }
    }
    return isSettled
  }

  /// Makes durable what was exchanged, by this run or by the one that was interrupted, before anything is unlinked.
  private func flush(
    _ folders: Set<PathName>, _ slots: SlotRecovery, _ staging: InterruptedStaging, at path: PathName
  ) -> Bool {
    do throws(FileSystemError) {
      for folder in folders.sorted() {
        if let file = try slots.folder(at: folder) { try fileSystem.synchronize(file) }
      }
      if !folders.isEmpty { try fileSystem.synchronize(staging.file) }
      return true
    } catch {
      warnings.add(.notRecovered(path.appending(staging.name), .notFlushed(error)))
      return false
    }
  }

  /// - Returns: how many.
  private func removeUnlisted(
    _ staging: InterruptedStaging, _ strange: inout [PathName]
  ) throws(FileSystemError) -> Int {
    var count = 0
    for slot in staging.unlisted {
      do throws(FileSystemError) {
        // The name of a slot alone does not make a thing the run's.
        let status = try fileSystem.status(of: slot, in: staging.file, followingLinks: false)
        guard status.kind == .regular else {
          strange.append(slot)
          continue
        }
        try fileSystem.unlink(slot, in: staging.file)
        count += 1
      } catch {
        if error.kind != .absent { throw error }
      }
    }
    return count
  }

  @discardableResult
  private func removeFolder(_ staging: InterruptedStaging, in parent: OpenFile, at place: PathName) -> Bool {
    do throws(FileSystemError) {
      let files = try staging.filesNow(fileSystem)
      // Without its manifest a slot would pass for one that was never exchanged.
      guard files.slots.isEmpty else {
        warnings.add(.notRecovered(place, .stillChanging))
        return false
      }
      for name in files.records { try removeIfThere(name, in: staging.file) }
      do throws(FileSystemError) {
        try fileSystem.removeDirectory(staging.name, in: parent)
      } catch {
        if error.kind != .absent { throw error }
      }
      return true
    } catch {
      warnings.add(.notRecovered(place, .failed(error)))
      return false
    }
  }

  private func removeIfThere(_ name: PathName, in folder: OpenFile) throws(FileSystemError) {
    do throws(FileSystemError) {
      try fileSystem.unlink(name, in: folder)
    } catch {
      if error.kind != .absent { throw error }
    }
  }
}

extension RecoveryCounts {
  fileprivate mutating func add(_ rest: SlotRecovery.Rest, isGivenBack: Bool) {
    switch rest {
    case .original: completed += 1
    case .temporary where isGivenBack: givenBack += 1
    case .temporary, .unexchanged: removed += 1
    }
  }
}

extension PathName {
  /// With a component at the end; either may be empty.
  func appending(_ other: PathName) -> PathName {
    if bytes.isEmpty { return other }
    if other.bytes.isEmpty { return self }
    return PathName(bytes + [UInt8(ascii: "/")] + other.bytes)
  }
}
