namespace Tideway.Audit.Records;

/// <summary>Where the next record is chained on.</summary>
internal sealed record ChainEnd
{
    /// <summary>The end of a chain that has no record yet.</summary>
    public static ChainEnd OfEmpty { get; } = new() { Sequence = 0, Hash = new byte[RecordHash.Length] };

    public required long Sequence { get; init; }

    public required byte[] Hash { get; init; }
}
