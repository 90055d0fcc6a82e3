namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>Who asked takes nothing more of the answer. The connection knows that a moment before the request is told that it is aborted.</summary>
internal sealed class ReaderGoneException() : OperationCanceledException("The reader of the answer has gone.");
