namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// What took long of an answer, done: makes the answer for a call, as often as somebody asks. Its addresses are signed for that call when it is sent.
/// </summary>
internal delegate IResult PreparedAnswer(TableCall call);
