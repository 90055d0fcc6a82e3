namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>Which part of an answer is asked for.</summary>
/// <param name="Token">The page; <see langword="null"/> for the first.</param>
/// <param name="QueryId">The answer that the server prepares or has prepared; <see langword="null"/> where it answers at once.</param>
internal readonly record struct AnswerPage(string? Token, string? QueryId);
