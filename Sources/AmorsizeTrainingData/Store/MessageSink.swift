/// Takes one line for people, without a line end.
public typealias MessageSink = @Sendable (String) -> Void
