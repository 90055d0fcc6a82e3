using System.Net;

namespace Tideway.ObjectStorage.Http;

/// <summary>Maps what a store answers to <see cref="ObjectStorageException"/>.</summary>
internal static class StoreFailure
{
    public const string Store = "the store";

    private static readonly string[] FullCodes = ["QuotaExceeded", "XMinioStorageFull", "AccountBeingCreated", "InsufficientStorage"];

    public static ObjectStorageException Of(StoreAnswer answer, string action, string address, string who = Store)
    {
        var error = answer.Status switch
        {
            _ when Array.IndexOf(FullCodes, answer.Code) >= 0 => ObjectStorageError.OutOfSpace,
            HttpStatusCode.InsufficientStorage => ObjectStorageError.OutOfSpace,
            HttpStatusCode.NotFound => ObjectStorageError.NotFound,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ObjectStorageError.AccessDenied,
            _ => ObjectStorageError.Unavailable,
        };
        return new ObjectStorageException(error, $"Could not {action} '{address}': {who} answered {answer}.");
    }

    public static ObjectStorageException Unreachable(string action, string address, Exception cause, string who = Store) =>
        new(ObjectStorageError.Unavailable, $"Could not {action} '{address}': {Reason(cause, who)}", cause);

    private static string Reason(Exception cause, string who) =>
        cause switch
        {
            OperationCanceledException => $"{who} did not answer in time.",
            HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException } exception =>
                $"no secure connection: {exception.InnerException!.Message}",
            _ => cause.Message,
        };
}
