using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>What a security token service answers: credentials that end, or why there are none.</summary>
internal static class StsAnswer
{
    public static async Task<AwsCredentials> ReadAsync(HttpResponseMessage response, StoreRequest request, CancellationToken cancellationToken)
    {
        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
                throw Refusal(await StoreAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false), request);
            return Read(await StoreAnswer.ReadBodyAsync(response, cancellationToken).ConfigureAwait(false), request);
        }
    }

    // That a token is wrong or old is said with the status of a malformed request; only the last of these is the service's own trouble.
    private static ObjectStorageException Refusal(StoreAnswer answer, StoreRequest request)
    {
        var failure = StoreFailure.Of(answer, request.Action, request.Address, request.Who);
        return answer.Status == HttpStatusCode.BadRequest && answer.Code != "IDPCommunicationError"
            ? new ObjectStorageException(ObjectStorageError.AccessDenied, failure.Message)
            : failure;
    }

    private static AwsCredentials Read(byte[] answer, StoreRequest request)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(answer)), StoreAnswer.Xml);
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName is "AccessKeyId" or "SecretAccessKey" or "SessionToken" or "Expiration")
                    fields[reader.LocalName] = reader.ReadElementContentAsString();
                else
                    reader.Read();
            }

            return new AwsCredentials(
                fields["AccessKeyId"],
                fields["SecretAccessKey"],
                fields["SessionToken"],
                DateTimeOffset.Parse(fields["Expiration"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            );
        }
        catch (Exception exception) when (exception is XmlException or KeyNotFoundException or FormatException)
        {
            // Not the exception itself, which could show a piece of the answer.
            throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not {request.Action} '{request.Address}': the answer of {request.Who} has not the four fields of credentials."
            );
        }
    }
}
