namespace Tideway.Contracts.ShareRegistry;

/// <summary>A call of the sharing protocol was answered or refused by share-registry.</summary>
public sealed record ShareAccessed
{
    /// <summary>Identity of this access.</summary>
    public required Guid AccessId { get; init; }

    /// <summary>Request id of the exchange; the recipient saw the same in the <c>x-request-id</c> header.</summary>
    public required string RequestId { get; init; }

    /// <summary>What was asked for, for example <c>deltaSharingQueryTable</c>.</summary>
    public required string Action { get; init; }

    /// <summary>HTTP status of the answer; 2xx means granted, and so does 307, which sends on to the address of a file.</summary>
    public required int Status { get; init; }

    /// <summary>Code of the refusal or failure.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Reason for the operator; may say more than the stranger was told.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Who asked, where the credential was known.</summary>
    public Guid? RecipientId { get; init; }

    /// <summary>Name of who asked, where the credential was known.</summary>
    public string? RecipientName { get; init; }

    /// <summary>First 12 hex digits of the SHA-256 of the token presented.</summary>
    public string? CredentialFingerprint { get; init; }

    /// <summary>Name of the share asked for.</summary>
    public string? Share { get; init; }

    /// <summary>Name of the schema asked for.</summary>
    public string? Schema { get; init; }

    /// <summary>Name of the table asked for.</summary>
    public string? Table { get; init; }

    /// <summary>Name of the volume asked for.</summary>
    public string? Volume { get; init; }

    /// <summary>Version of the table that was answered from.</summary>
    public long? TableVersion { get; init; }

    /// <summary>Number of files handed out.</summary>
    public long? FileCount { get; init; }

    /// <summary>Their total size in bytes.</summary>
    public long? ByteCount { get; init; }

    /// <summary>Address the request came from.</summary>
    public string? SourceIp { get; init; }

    /// <summary>What the client calls itself; not verified.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Parameters of the request, without secrets.</summary>
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
