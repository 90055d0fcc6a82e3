using Tideway.RecipientAuth.Activation;
using Tideway.RecipientAuth.OAuth;

namespace Tideway.RecipientAuth;

/// <summary>Everything the service logs. Never a token, a nonce, or their hashes.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Recipient {Recipient} was issued a token that ends at {ExpiresAt}")]
    public static partial void TokenIssued(this ILogger logger, string? recipient, DateTimeOffset expiresAt);

    [LoggerMessage(3001, LogLevel.Warning, "An activation from {SourceIp} was refused: {Reason}; recipient {Recipient}")]
    public static partial void ActivationRefused(this ILogger logger, string? sourceIp, LinkRefusal reason, string? recipient);

    [LoggerMessage(3002, LogLevel.Warning, "The address {SourceIp} was refused too often and has to wait")]
    public static partial void AddressHasToWait(this ILogger logger, string? sourceIp);

    [LoggerMessage(3003, LogLevel.Information, "The first administrator was made with the configured token; take the token out of the configuration")]
    public static partial void FirstAdministratorMade(this ILogger logger);

    [LoggerMessage(3005, LogLevel.Warning, "A request for an access token from {SourceIp} was refused: {Reason}; recipient {Recipient}")]
    public static partial void AccessTokenRefused(this ILogger logger, string? sourceIp, ClientRefusal reason, string? recipient);

    [LoggerMessage(
        3004,
        LogLevel.Error,
        "No administrator can sign in, and the configured token made one before; set RecipientAuth:BootstrapAdminToken to a new token and start again"
    )]
    public static partial void BootstrapTokenSpent(this ILogger logger);
}
