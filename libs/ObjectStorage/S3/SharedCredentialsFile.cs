using System.Globalization;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// A file of credentials by profile, as the tools of AWS share it: <c>[profile]</c> lines, each followed by <c>name = value</c> lines. Read again when
/// it has changed, so that credentials can be renewed while a process runs.
/// </summary>
internal sealed class SharedCredentialsFile(string path, string profile, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private AwsCredentials? known;
    private DateTime written;
    private DateTimeOffset looked;

    /// <summary>Whether there is such a file at all.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>The profile's credentials. Throws <see cref="ObjectStorageError.AccessDenied"/> that says what is missing.</summary>
    public AwsCredentials Read()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (known is not null && now - looked < LookAgain)
                return known;
            var changed = File.GetLastWriteTimeUtc(path);
            if (known is null || changed != written)
                known = Parse();
            (written, looked) = (changed, now);
            return known;
        }
    }

    /// <summary>The time that a text says, in UTC where it says no zone; null where it says none.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private AwsCredentials Parse()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStorageException(ObjectStorageError.AccessDenied, $"The credentials file '{path}' cannot be read: {exception.Message}", exception);
        }

        string? id = null,
            secret = null,
            token = null,
            expiration = null;
        var isHere = false;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line is ['[', .., ']'])
            {
                isHere = line[1..^1].Trim() == profile;
                continue;
            }

            var equals = line.IndexOf('=');
            if (!isHere || equals < 0 || line is ['#' or ';', ..])
                continue;
            var value = line[(equals + 1)..].Trim();
            switch (line[..equals].Trim())
            {
                case "aws_access_key_id":
                    id = value;
                    break;
                case "aws_secret_access_key":
                    secret = value;
                    break;
                case "aws_session_token":
                    token = value;
                    break;
                // There is no one name: each tool that writes temporary credentials has its own.
                case "aws_credential_expiration" or "aws_session_expiration" or "aws_expiration" or "expiration" or "x_security_token_expires":
                    expiration = value;
                    break;
            }
        }

        return string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret)
            ? throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"Expected aws_access_key_id and aws_secret_access_key in the profile '{profile}' of the credentials file '{path}'."
            )
            : new AwsCredentials(id, secret, string.IsNullOrEmpty(token) ? null : token, TimeOf(expiration));
    }
}
