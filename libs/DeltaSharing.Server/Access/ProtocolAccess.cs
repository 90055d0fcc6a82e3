namespace Tideway.DeltaSharing.Server.Access;

/// <summary>A protocol call as it is recorded.</summary>
public sealed record ProtocolAccess
{
    /// <summary>Identity of this record.</summary>
    public required Guid AccessId { get; init; }

    /// <summary>The exchange's id; the recipient sees the same in the <c>x-request-id</c> header.</summary>
    public required string RequestId { get; init; }

    /// <summary>What was asked for, one of <see cref="ProtocolActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>HTTP status of the answer; 499 where the caller went away before there was one.</summary>
    public required int Status { get; init; }

    /// <summary>The code that the caller was told.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why, for the operator; may say more than the caller was told.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Who asked, where known.</summary>
    public Guid? RecipientId { get; init; }

    /// <summary>Name of who asked, where known.</summary>
    public string? RecipientName { get; init; }

    /// <summary>First 12 hex digits of the SHA-256 of the token presented.</summary>
    public string? CredentialFingerprint { get; init; }

    /// <summary>The share asked for.</summary>
    public string? Share { get; init; }

    /// <summary>The schema asked for.</summary>
    public string? Schema { get; init; }

    /// <summary>The table asked for.</summary>
    public string? Table { get; init; }

    /// <summary>The volume asked for.</summary>
    public string? Volume { get; init; }

    /// <summary>The table version answered from.</summary>
    public long? TableVersion { get; init; }

    /// <summary>How many files are handed out, where known before the answer begins.</summary>
    public long? FileCount { get; init; }

    /// <summary>Their size in bytes, where known before the answer begins.</summary>
    public long? ByteCount { get; init; }

    /// <summary>Address the call came from.</summary>
    public string? SourceIp { get; init; }

    /// <summary>What the client calls itself; not verified.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Parameters of the call, without secrets.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>When the record was made, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
