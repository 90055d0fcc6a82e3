namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>How answers of the sharing protocol are sent.</summary>
public sealed class AnswerOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Answers";

    /// <summary>
    /// Whether answers are encoded with gzip or zstd for clients that ask for it, which most do. Off where a proxy does that, or where the network is faster
    /// than the processor.
    /// </summary>
    public bool Compress { get; set; } = true;
}
