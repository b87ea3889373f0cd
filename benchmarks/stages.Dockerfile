# Nine targets, of which none asks for everything: for `report --all-targets`.
FROM scratch AS data
COPY datasets media/*.mp4 /data/
FROM scratch AS web
COPY web locales /web/
FROM scratch AS docs
COPY handbook history/*.md /docs/
FROM scratch AS vendor
COPY third_party /third_party/
FROM vendor AS build
COPY src Dockerfile /src/
FROM build AS test
COPY */*.py */*/*.py /tests/
FROM scratch AS api
COPY --from=build / /
COPY src/list locales /api/
FROM scratch AS batch
COPY --from=data / /
COPY --from=test / /
FROM scratch
COPY --from=api / /
COPY --from=web / /
COPY --from=docs / /
