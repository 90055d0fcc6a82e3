using System.Text.Json;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>Credentials as the services of a container or an instance answer them in JSON.</summary>
internal static class RoleAnswer
{
    public static AwsCredentials Parse(byte[] body, StoreRequest request) =>
        MetadataAnswer.Parse(
            body,
            request,
            answer =>
            {
                // An instance whose role cannot be assumed says so with the status 200.
                if (Optional(answer, "Code") is { } code && code != "Success")
                    throw new ObjectStorageException(
                        ObjectStorageError.AccessDenied,
                        $"Could not {request.Action} '{request.Address}': {request.Who} answered the code '{ObjectKey.Printable(code)}'."
                    );
                return new AwsCredentials(
                    MetadataAnswer.Text(answer, "AccessKeyId"),
                    MetadataAnswer.Text(answer, "SecretAccessKey"),
                    Optional(answer, "Token"),
                    Optional(answer, "Expiration") is { } end ? SharedCredentialsFile.TimeOf(end) ?? throw new FormatException() : null
                );
            }
        );

    private static string? Optional(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null && value.GetString() is { Length: > 0 } text ? text : null;
}
