/* See foreign_tracer.c. 0: the spans were published. */
#ifndef TESTS_SUBJECTS_FOREIGN_TRACER_H_
#define TESTS_SUBJECTS_FOREIGN_TRACER_H_

#ifdef __cplusplus
extern "C" {
#endif

int publish_foreign_spans(void);

#ifdef __cplusplus
}
#endif

#endif /* TESTS_SUBJECTS_FOREIGN_TRACER_H_ */
