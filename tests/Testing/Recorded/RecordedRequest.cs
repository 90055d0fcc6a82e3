using System.Globalization;
using System.Text;

namespace Tideway.Testing.Recorded;

/// <summary>A request as a client sends it, byte for byte, and what that client needs of the answer.</summary>
/// <param name="Title">What the client does.</param>
/// <param name="Line">Method, target and version.</param>
/// <param name="Headers">The headers in their order, each as it is written.</param>
/// <param name="Body">The body; empty where there is none.</param>
/// <param name="Needs">What the answer must have, one each; see <see cref="AnswerNeeds"/>.</param>
public sealed record RecordedRequest(string Title, string Line, IReadOnlyList<string> Headers, string Body, IReadOnlyList<string> Needs)
{
    /// <summary>The method.</summary>
    public string Method => Line.Split(' ')[0];

    /// <summary>The target, as it is written.</summary>
    public string Target => Line.Split(' ')[1];

    /// <summary>
    /// Reads the requests of a file. Each begins with <c>### </c> and its title, then come the lines of the request as they go over the wire, and then lines of
    /// <c>> </c> and a need. Other lines that begin with <c>#</c> are notes.
    /// </summary>
    public static IReadOnlyList<RecordedRequest> Read(string path)
    {
        var requests = new List<RecordedRequest>();
        foreach (var part in ("\n" + File.ReadAllText(path)).Split("\n### ").Skip(1))
        {
            var lines = part.TrimEnd('\n').Split('\n');
            var needs = lines.Where(line => line.StartsWith("> ", StringComparison.Ordinal)).Select(line => line[2..]).ToList();
            var request = lines.Skip(1).Where(line => !line.StartsWith("> ", StringComparison.Ordinal) && !line.StartsWith('#')).ToList();
            var end = request.IndexOf("");
            var (headers, body) = end < 0 ? (request[1..], []) : (request[1..end], request[(end + 1)..]);
            requests.Add(new RecordedRequest(lines[0], request[0], headers, string.Join('\n', body).TrimEnd('\n'), needs));
        }

        return requests;
    }

    /// <summary>The request with the values of its <c>${names}</c>; <c>${length}</c> is that of the body.</summary>
    public RecordedRequest With(IReadOnlyDictionary<string, string> values)
    {
        var body = Fill(Body, values);
        var all = new Dictionary<string, string>(values, StringComparer.Ordinal)
        {
            ["length"] = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture),
        };
        return this with
        {
            Line = Fill(Line, all),
            Headers = [.. Headers.Select(header => Fill(header, all))],
            Body = body,
            Needs = [.. Needs.Select(need => Fill(need, all))],
        };
    }

    /// <summary>The bytes that go over the wire. A body that is announced as chunked goes in two chunks.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Line).Append("\r\n");
        foreach (var header in Headers)
            text.Append(header).Append("\r\n");
        text.Append("\r\n");
        if (Headers.Any(header => header.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)))
        {
            var half = Body.Length / 2;
            foreach (var chunk in (string[])[Body[..half], Body[half..]])
                text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(chunk):x}\r\n{chunk}\r\n");
            text.Append("0\r\n\r\n");
        }
        else
        {
            text.Append(Body);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (name, value) in values)
            text = text.Replace("${" + name + "}", value, StringComparison.Ordinal);
        return text.Contains("${", StringComparison.Ordinal) ? throw new InvalidDataException($"A name in '{text}' has no value.") : text;
    }
}
