using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// The policy that narrows a role to reading and listing one folder of a bucket.
/// See <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session">Session policies</see>.
/// </summary>
internal static class SessionPolicy
{
    // The policy is no part of a page; quotes and angle brackets stay readable, and the text short.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="partition">The part of the cloud that the role is of, mostly <c>aws</c>.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="path">The folder without slashes at its ends; empty for the whole bucket.</param>
    public static string ReadAndList(string partition, string bucket, string path)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            var literal = Escape(path);
            json.WriteStartObject();
            json.WriteString("Effect", "Allow");
            json.WriteString("Action", "s3:GetObject");
            json.WriteString("Resource", $"arn:{partition}:s3:::{bucket}/{(path.Length == 0 ? "*" : literal + "/*")}");
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("Effect", "Allow");
            json.WriteString("Action", "s3:ListBucket");
            json.WriteString("Resource", $"arn:{partition}:s3:::{bucket}");
            if (path.Length > 0)
            {
                json.WriteStartObject("Condition");
                json.WriteStartObject("StringLike");
                json.WriteStartArray("s3:prefix");
                // With the slash: without it the names of neighbours would be listed that begin in the same way.
                json.WriteStringValue(literal + "/*");
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // In a resource and in StringLike these stand for any text, and for variables; in this form they stand for themselves.
    private static string Escape(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var c in path)
        {
            if (c is '*' or '?' or '$')
                text.Append("${").Append(c).Append('}');
            else
                text.Append(c);
        }

        return text.ToString();
    }
}
