namespace Tideway.ObjectStorage.Azure;

/// <summary>Tokens of Microsoft Entra with which the store is asked. Safe to use from several threads.</summary>
internal interface IAzureTokens
{
    /// <summary>Whose they are, for the log and for messages.</summary>
    string Name { get; }

    /// <summary>Why a token that is in use could not be renewed; null where nothing is wrong.</summary>
    string? RenewalFault { get; }

    ValueTask<string> GetAsync(CancellationToken cancellationToken);
}
