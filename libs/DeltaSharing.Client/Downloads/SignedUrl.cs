using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>Requests that carry their permission in the address.</summary>
internal static class SignedUrl
{
    // What S3 says of session credentials that have ended, and Google Cloud Storage of any address that has.
    private const string ExpiredToken = "ExpiredToken";

    /// <summary>Sends once. A refusal means that the permission has ended, whatever status the store has for that.</summary>
    public static async Task<Answer> AskAsync(RequestSender sender, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendOnceAsync(create, cancellationToken).ConfigureAwait(false);
        }
        catch (DeltaSharingException exception) when (exception.Status is 401 or 403 or 410 || exception is { Status: 400, ErrorCode: ExpiredToken })
        {
            throw new DeltaSharingException(DeltaSharingError.UrlExpired, $"The URL is no longer accepted: {exception.Message}", exception)
            {
                Status = exception.Status,
                ErrorCode = exception.ErrorCode,
                RequestId = exception.RequestId,
            };
        }
    }
}
