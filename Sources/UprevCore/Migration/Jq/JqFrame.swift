/// What goes over the stream between this process and a child that runs jq programs: frames of a size (UInt32, little-endian,
/// of what follows it), a kind (one byte) and a body.
///
/// Both sides are the same build of the same program, so the frames have no version.
package struct JqFrame: Sendable {
  package enum Kind: UInt8, Sendable {
    /// To the child: a number (UInt32) and a program's text. Answered by ``accepted`` or ``refused``.
    case program = 1
    /// To the child: a program's number (UInt32), ``JqInputFlags`` (one byte), for a program with `$gather` the size (UInt32) and
    /// the bytes of that object unless it is the one before, and one JSON text.
    /// Answered by ``values`` or ``failure``.
    case input = 2
    /// The program compiles.
    case accepted = 3
    /// A ``JqRefusal`` (one byte) and its text.
    case refused = 4
    /// The size of the first text (UInt32), the input as jq sees it, and the program's value.
    case values = 5
    /// A ``JqFailure`` as ``JqFailure/encoded`` has it.
    case failure = 6
    /// As ``program``, for one that has `$gather`.
    case gatheringProgram = 7
  }

  package var kind: Kind
  package var body: [UInt8]

  package init(_ kind: Kind, _ body: [UInt8] = []) {
    self.kind = kind
    self.body = body
  }

  /// Bytes in front of the body.
  package static let headerSize = 5
  /// Nothing larger is sent or believed.
  package static let largestBody = Int(UInt32.max) - 1

  /// The whole frame; nil where the body is too large for one.
  package var encoded: [UInt8]? {
    guard body.count <= JqFrame.largestBody else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(JqFrame.headerSize + body.count)
    JqFrame.append(UInt32(body.count + 1), to: &bytes)
    bytes.append(kind.rawValue)
    bytes += body
    return bytes
  }

  package static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// The number that four bytes hold; nil where there are fewer.
  package static func number(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count >= 4 else { return nil }
    return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// What is to be known about one input.
package struct JqInputFlags: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Non-finite numbers may come out.
  package static let allowsNonFinite = JqInputFlags(rawValue: 1)
  /// What was gathered stands in front of the input.
  package static let bringsGathered = JqInputFlags(rawValue: 2)
}

/// Why the child does not accept a program.
package enum JqRefusal: UInt8, Sendable {
  /// libjq does not; its words.
  case invalid = 1
  /// It uses what makes the same input give another output, or reads what is no input; its name.
  case forbidden = 2
}

extension JqFailure {
  /// For a frame; only of what the child itself can say.
  package var encoded: [UInt8] {
    switch self {
    case .programError(let message): [1] + Array(message.utf8)
    case .valueCount(let count): [2, UInt8(clamping: count)]
    case .invalidValue(let reason): [3] + Array(reason.utf8)
    case .deadline: [4]
    case .childEnded(let reason): [5] + Array(reason.utf8)
    }
  }

  /// What ``encoded`` made; nil for anything else.
  init?(encoded: [UInt8]) {
    let text = String(decoding: encoded.dropFirst(), as: UTF8.self)
    switch encoded.first {
    case 1: self = .programError(text)
    case 2: self = .valueCount(encoded.count > 1 ? Int(encoded[1]) : 0)
    case 3: self = .invalidValue(text)
    case 5: self = .childEnded(text)
    default: return nil
    }
  }
}
